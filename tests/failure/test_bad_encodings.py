"""Text in the encodings that offices have: the same rows come out of each, or the file is refused."""

from collections.abc import AsyncIterator
from contextlib import suppress
from random import Random

import orjson
import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.encodings import decoded
from shared.errors import Invalid
from tests.failure.bringing import RESPONSES, VALUES, bring, kept
from tests.system.conftest import Town, a_town, demo_file, load_balchik

READ = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251")
OLD = ("cp866", "koi8-r", "mac-cyrillic", "iso8859-5", "cp855")
NOTE = "Отчет на община Балчик за 2019 г. – „Ново“ училище, №5; път и щъркели"
TABLE = f'Индикатор;Период;Стойност;Източник;Бележка\r\ndzi_bel;2019;1 234,5;НСИ;"{NOTE}"\r\n'
SENTENCES = (
    "община Балчик отчет за годината бюджет път вода читалище НСИ БДЖ ЕООД юни януари село град хора брой лица деца "
    "„Цар Самуил“ № 5 ъгъл щъркел Чайка, Ягодово; здравеопазване – 2014–2020 °C 10 € кв.м ФЕВРУАРИ Г. ДЗИ"
)
WORDS = SENTENCES.split()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with a_town(tmp_path_factory.mktemp("encodings"), writes_per_client=1_000_000) as opened:
        await load_balchik(opened)
        yield opened


async def value(town: Town) -> tuple[float, str]:
    shown = (await town.ask("expert", "GET", "/indicators/dzi_bel")).json()["values"]
    return next((each["value"], each["note"]) for each in shown if each["period"] == "2019")


@pytest.mark.asyncio(loop_scope="module")
async def test_one_table_is_the_same_in_every_encoding(town: Town) -> None:
    """P-40: one Cyrillic table in six encodings gives the same row each time: what came first is not changed."""
    told = []
    for encoding in READ:
        status, faults = await bring(town, VALUES, TABLE.encode(encoding))
        told.append((status, faults, await value(town)))

    assert [(200, {}, (1234.5, NOTE))] * len(READ) == told


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("encoding", OLD)
async def test_an_older_encoding_is_refused(town: Town, encoding: str) -> None:
    """P-40: a table in an encoding that is not read is refused, and nothing is stored."""
    before = await kept(town)
    status, _ = await bring(
        town, VALUES, TABLE.replace("„", "").replace("–", "-").replace("“", "").encode(encoding, "replace")
    )

    assert 422 == status
    assert before == await kept(town)


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("encoding", READ)
async def test_what_a_citizen_wrote_on_paper_is_the_same_in_every_encoding(town: Town, encoding: str) -> None:
    """P-40: an open answer of an imported table is read as it was written, in every encoding."""
    idea = f"Повече пейки и чешми в градината, {encoding}"
    status, faults = await bring(town, RESPONSES, f"settlement;age;idea\n02508;15_29;{idea}\n".encode(encoding))

    assert (200, {}) == (status, faults)
    assert idea in (await kept(town))["responses"]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("encoding", READ)
async def test_json_of_values_is_the_same_in_every_encoding(town: Town, encoding: str) -> None:
    """P-40: a file of JSON gives the same figure and note, whatever an editor has saved it as."""
    row = {
        "indicator": "dzi_bel",
        "period": "2018",
        "value": 4.5,
        "source": f"НСИ, справка {encoding}",
        "correction": True,
    }
    data = orjson.dumps([row]).decode().encode(encoding)

    assert (200, {}) == await bring(town, VALUES, data)
    assert row["source"] in (await kept(town))["values"]


@given(
    st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=6), min_size=1, max_size=20), st.sampled_from(OLD)
)
@settings(max_examples=300)
def test_whatever_is_read_is_what_was_written(rows: list[list[str]], old: str) -> None:
    """P-40: tables of Bulgarian words in old encodings are read right or refused, never as other letters."""
    text = "период;източник\n" + "".join(f"2019;{' '.join(row)}\n" for row in rows)
    for encoding in (*READ, old):
        with suppress(UnicodeEncodeError, Invalid):
            assert text == decoded(text.encode(encoding))


@pytest.mark.seeds(20, 2_000)
def test_an_ordinary_table_in_windows_1251_is_read(seed: int) -> None:
    """P-40: rows of real values in Windows-1251 are not refused out of caution, be they few or many."""
    rows = demo_file("values.csv").decode("utf-8-sig").replace("\u2212", "-").splitlines()[1:]
    chance = Random(seed)  # noqa: S311 - a choice that must be the same each time, not a secret
    text = "indicator,period,value,source,note\n" + "\n".join(chance.sample(rows, chance.choice([1, 2, 5, 50])))

    assert text == decoded(text.encode("cp1251"))


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufeff"), min_size=1))
def test_every_text_passes_as_utf_16_and_as_utf_8_with_its_mark(text: str) -> None:
    """P-40: whatever is written in a marked encoding is read as it is."""
    assert text == decoded(text.encode("utf-16")) == decoded(text.encode("utf-8-sig"))
