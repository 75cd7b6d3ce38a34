"""Strict JSON: what other readers take silently is refused."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Invalid
from shared.strict_json import read_json

FINE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")), inner, max_size=4
        )
    ),
    max_leaves=20,
)


@given(FINE)
def test_fine_json_reads_as_it_is(value: object) -> None:
    """What a strict writer wrote is read as it was."""
    assert value == read_json(orjson.dumps(value))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":1e400}',
        b'{"a":1,"a":2}',
        b'"\\ud800"',
        b'"\\u0000"',
        b'{"\\ud800":1}',
        b"[" * 500 + b"]" * 500,
        b"[" * 50_000,
        b"1" * 5_000,
        b"862757390163311722496",
        b"-9223372036854775808",
        b"1." + b"1" * 5_000,
        b"\xff\xfe{\x00}\x00",
        b'"\xff"',
        b"'a'",
        b"[1,]",
        '{"a":1}'.encode("utf-16"),
    ],
)
def test_odd_json_is_refused_in_words(body: bytes) -> None:
    """Each oddity is an Invalid with words in both languages, never another error."""
    with pytest.raises(Invalid) as caught:
        read_json(body)

    assert caught.value.text.bg
    assert caught.value.text.en


def test_a_bad_text_is_named_by_its_place() -> None:
    """A character that is not allowed is told with its pointer."""
    with pytest.raises(Invalid) as caught:
        read_json(b'{"answers":{"idea":["ok","\\u0000"]}}')

    assert ["/answers/idea/1"] == [error.pointer for error in caught.value.errors]


def test_a_place_is_a_json_pointer() -> None:
    """Names with ~ and / are escaped as RFC 6901 says."""
    with pytest.raises(Invalid) as caught:
        read_json(b'{"a/b~c":"\\u0000"}')

    assert ["/a~1b~0c"] == [error.pointer for error in caught.value.errors]
