"""How the events of a write are sealed."""

from datetime import UTC, datetime, timedelta, timezone

import orjson
import pytest

from shared.errors import TooLarge
from shared.events.base import MAX_EVENT_BYTES, Sealed
from shared.events.registry import decode
from shared.events.surveys import RESPONSES, ResponseSubmitted
from shared.logging import correlated
from shared.store import Document
from shared.store.sealing import Sealer

NOON = datetime(2026, 3, 14, 12, 0, 0, 589_999, tzinfo=UTC)


def a_sealer(now: datetime = NOON, source: str = "surveys") -> Sealer:
    return Sealer(source, lambda: now)


def a_submission(response_id: str = "r1") -> ResponseSubmitted:
    return ResponseSubmitted(survey_id="s1", response_id=response_id, channel="web", seal="0" * 64)


def seal(*events: ResponseSubmitted, version: int = 3, sealer: Sealer | None = None) -> list[Sealed]:
    with correlated("c1"):
        return (sealer or a_sealer()).seal("responses", Document(id="d1", version=version), events)


def test_an_envelope_says_what_happened_to_what() -> None:
    """The envelope is CloudEvents 1.0 with the event's subject, key, type and the version of its document."""
    (sealed,) = seal(a_submission())

    envelope = orjson.loads(sealed.body)
    assert {
        "specversion": "1.0",
        "id": sealed.id,
        "source": "/megdan/surveys",
        "type": "bg.megdan.surveys.response.submitted.v1",
        "subject": "r1",
        "time": "2026-03-14T12:00:00.589Z",
        "datacontenttype": "application/json",
        "partitionkey": "s1",
        "sequence": 3,
        "correlationid": "c1",
        "data": {"survey_id": "s1", "response_id": "r1", "channel": "web", "seal": "0" * 64},
    } == envelope


def test_a_sealed_event_knows_its_way() -> None:
    """Topic and key stand outside the body, so that the bus need not read it."""
    (sealed,) = seal(a_submission())

    assert (RESPONSES, "s1") == (sealed.topic, sealed.key)


def test_a_sealed_event_can_be_read_again() -> None:
    """What is decoded from the body is the event that was sealed."""
    (sealed,) = seal(a_submission())

    assert a_submission() == decode(sealed.body).data


def test_the_same_write_gives_the_same_bytes() -> None:
    """Sealing a write again gives the same ids and the same bytes, so that a repeat is recognised."""
    assert seal(a_submission(), a_submission("r2")) == seal(a_submission(), a_submission("r2"))


def test_other_writes_give_other_ids() -> None:
    """Another number, version, document or source is another event."""
    first, second = seal(a_submission(), a_submission())
    (later,) = seal(a_submission(), version=4)
    (elsewhere,) = seal(a_submission(), sealer=a_sealer(source="monitoring"))

    assert 4 == len({first.id, second.id, later.id, elsewhere.id})


def test_time_is_told_in_utc() -> None:
    """A clock in another zone is turned to UTC."""
    (sealed,) = seal(a_submission(), sealer=a_sealer(NOON.astimezone(timezone(timedelta(hours=3)))))

    assert "2026-03-14T12:00:00.589Z" == orjson.loads(sealed.body)["time"]


def test_an_event_may_be_as_large_as_the_limit() -> None:
    """An event of exactly the largest size is sealed; one byte more is refused in both languages."""
    (small,) = seal(a_submission(""))
    room = (MAX_EVENT_BYTES - len(small.body)) // 2  # the id stands in the data and as the subject
    longest = "x" * room
    (largest,) = seal(a_submission(longest))

    with pytest.raises(TooLarge) as refused:
        seal(a_submission(longest + "x"))

    assert (True, True) == (MAX_EVENT_BYTES - 1 <= len(largest.body) <= MAX_EVENT_BYTES, bool(refused.value.text.en))


def test_nothing_happened_is_nothing_sealed() -> None:
    """A write without events seals none."""
    assert [] == seal()
