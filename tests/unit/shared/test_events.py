"""Contracts of events: promises that are kept."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events.base import Envelope, Event, sealed
from shared.events.registry import CONTRACTS, Undecodable, decode
from shared.events.schema_files import FOLDER, file_of, schema_of
from shared.events.surveys import ResponseSubmitted


def a_submission(sequence: int = 1) -> Envelope[Event]:
    event = ResponseSubmitted(survey_id="vision", response_id="r1", channel="web", seal="0" * 64)
    return Envelope[Event](
        id=f"e{sequence}",
        source="/megdan/surveys",
        type=event.TYPE,
        subject=event.subject,
        time="2026-01-01T00:00:00.000Z",
        partitionkey=event.key,
        sequence=sequence,
        correlationid="c",
        data=event,
    )


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract.TYPE)
def test_a_contract_is_what_was_promised(contract: type[Event]) -> None:
    """The committed schema of each contract is the schema of the code."""
    committed = file_of(contract).read_bytes()

    assert committed == schema_of(contract)


def test_no_promise_is_forgotten() -> None:
    """Each committed schema has its contract: a promise once made is not taken back silently."""
    promised = {path.name for path in FOLDER.glob("*.json")}

    assert {file_of(contract).name for contract in CONTRACTS} == promised


def test_a_sealed_event_reads_back() -> None:
    """What is sealed decodes to the same envelope with the same event."""
    envelope = a_submission()

    assert envelope == decode(sealed(envelope).body)


def test_the_same_event_is_the_same_bytes() -> None:
    """Encoding does not depend on when or where it is done."""
    assert sealed(a_submission()).body == sealed(decode(sealed(a_submission()).body)).body


def test_unknown_fields_of_a_newer_writer_are_passed_over() -> None:
    """A contract may grow by optional fields without breaking an older reader."""
    newer = sealed(a_submission()).body.replace(b'"channel":"web"', b'"channel":"web","device":"phone"')

    assert a_submission() == decode(newer)


@given(st.binary(max_size=200) | st.none())
def test_whatever_comes_is_read_or_refused(body: bytes | None) -> None:
    """Reading raises Undecodable and nothing else."""
    with pytest.raises(Undecodable):
        decode(body)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_odd_data_of_a_known_type_is_refused(data: object) -> None:
    """Data that break the contract are refused, whatever they are."""
    raw = orjson.loads(sealed(a_submission()).body) | {"data": data}
    with pytest.raises(Undecodable):
        decode(orjson.dumps(raw, default=str))
