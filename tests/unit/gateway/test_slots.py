"""Places for what goes on at once."""

from services.gateway.slots import Slots


def test_one_client_takes_its_share_and_all_take_what_there_is() -> None:
    """Two of three for one client; the third for another; then there is none."""
    slots = Slots(3, 2)

    assert [True, True, False, True, False] == [slots.take(client) for client in ("a", "a", "a", "b", "c")]


def test_this_machine_itself_has_no_share() -> None:
    """It may take every place."""
    slots = Slots(3, 1)

    assert [True, True, True, False] == [slots.take(None) for _ in range(4)]


def test_a_place_that_is_given_back_can_be_taken() -> None:
    """And nothing is remembered of a client that has left."""
    slots = Slots(1, 1)
    for client in ("a", None):
        slots.take(client)
        slots.free(client)

    assert (0, 0, True) == (slots.taken, len(slots._by_client), slots.take("a"))
