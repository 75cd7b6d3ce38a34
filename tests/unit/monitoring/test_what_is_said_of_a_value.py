"""What a value has to say of itself: a period that has begun, a source, an address where its evidence is seen."""

import pytest

from tests.unit.monitoring.builders import a_house, a_plan


@pytest.mark.parametrize(("period", "status"), [("2025", 201), ("2026", 201), ("2027", 422), ("2050", 422)])
async def test_a_period_must_have_begun(period: str, status: int) -> None:
    """It is March 2026: of 2026 something may be known, of 2027 nothing."""
    async with a_house(a_plan()) as house:
        answer = await house.give(period, 60.5)

        assert status == answer.status_code
        assert status == 201 or answer.json()["detail"].startswith(f"Периодът {period} започва на 01.01.{period} г.")


@pytest.mark.parametrize("source", ["", " ", "\u00a0\n"])
async def test_a_blank_source_is_none(source: str) -> None:
    """It says to fill it in."""
    async with a_house(a_plan()) as house:
        answer = await house.give("2019", 60.5, source=source)

        assert [{"pointer": "/source", "message": "Попълнете източника."}] == answer.json()["errors"]


async def test_a_source_is_kept_without_the_blanks_around_it() -> None:
    """So that the same source is the same value."""
    async with a_house(a_plan()) as house:
        await house.give("2019", 60.5, source=" Отчет\n")
        again = await house.give("2019", 60.5, source="Отчет")

        assert (200, "Отчет") == (again.status_code, again.json()["source"])


@pytest.mark.parametrize(
    "evidence",
    [
        *(
            "",
            "Протокол 5",
            "javascript:alert(4)",
            "ftp://a.example",
            "//a.example",
            "https://",
            "https:a",
            "http://[a",
        ),
        *("https://a.example/x y", "https://a.example/\u202e", f"https://a.example/{'x' * 500}"),
    ],
)
async def test_evidence_is_an_address_of_the_web(evidence: str) -> None:
    """Nothing else goes out to where it may be pressed."""
    async with a_house(a_plan()) as house:
        answer = await house.give("2019", 60.5, evidence=evidence)

        assert (422, ["/evidence"]) == (answer.status_code, [error["pointer"] for error in answer.json()["errors"]])
