"""Keyed hashes and derived ids: never two things under one, and never another one for what is kept already."""

from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from services.surveys.domain.responses import ResponseKeys
from shared.events.base import derived_id
from shared.keys import joined, keyed, pseudonym

KEY = SecretStr("the key of an installation")
ODD = st.text(st.sampled_from("ab01\x1e\x1f"), max_size=4)


@given(st.lists(ODD, min_size=1, max_size=3), st.lists(ODD, min_size=1, max_size=3))
def test_other_parts_give_another_text(one: list[str], other: list[str]) -> None:
    """P-57: wherever a separator stands inside of a part, a hash of one purpose or person is none of another."""
    as_if_split = "\x1f".join(one).split("\x1f")

    for others in (other, as_if_split, [joined(one)], joined(one).split("\x1e1")):
        assert (one == others) == (joined(one) == joined(others))


def test_what_is_kept_already_stays_valid() -> None:
    """Ids, receipts and pseudonyms of installations that run today are found under the hashes that they have."""
    made = (
        keyed(KEY, "response", "vision-2020", "r" * 24)[:16],
        keyed(KEY, "receipt hash", "7CK6KH441N58VP8TRPB5XQDFB03S")[:16],
        pseudonym(KEY, "token-0123456789abcdef"),
        derived_id("surveys", "responses", "abc", 1, 0),
        ResponseKeys(KEY).receipt("vision-2020", "r" * 24),
    )

    assert (
        "04df78656d4eae70",
        "1f3f344e7532ff28",
        "abc8e56909a5b6bba238825866aeaeee",
        "221376e45acf443a991dbb1331b21ea9",
        "78T4-KHHQ-A8ZB-NXES-N3P5-DNTV-6S7J",
    ) == made
