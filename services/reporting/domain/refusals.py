"""What can be wrong with a question about an evaluation."""

from shared.errors import FieldError, Invalid, NotFound, shown
from shared.language import Text

_ASK_ANEW = Text(bg="Поправете адреса и опитайте отново.", en="Mend the address and try again.")


class NoSuchPlan(NotFound):
    """No plan of that name is in force, or none was by what was known then."""


class NoSuchNode(NotFound):
    """The plan's tree has no such node or indicator."""


class NoSuchDay(Invalid):
    """A day, a time or a place in a list is not written as it must be."""


def no_such_plan(plan_id: str) -> NoSuchPlan:
    named = shown(plan_id)
    return NoSuchPlan(Text(bg=f"Няма приет план „{named}“.", en=f"No plan “{named}” has been adopted."))


def not_known_then(plan_id: str) -> NoSuchPlan:
    named = shown(plan_id)
    return NoSuchPlan(
        Text(
            bg=f"Към посочения момент план „{named}“ още не е бил въведен.",
            en=f"At that time plan “{named}” had not been entered yet.",
        )
    )


def no_such_node(node: str) -> NoSuchNode:
    return NoSuchNode(Text(bg=f"В плана няма „{shown(node)}“.", en=f"The plan has no “{shown(node)}”."))


def not_a_day(pointer: str) -> NoSuchDay:
    return _wrong(
        pointer,
        Text(
            bg="Очаква се дата като 2020-12-31, между 1900 и 2199 г.",
            en="A date such as 2020-12-31 is expected, between 1900 and 2199.",
        ),
    )


def not_a_time(pointer: str) -> NoSuchDay:
    return _wrong(
        pointer,
        Text(
            bg="Очаква се дата или момент като 2020-12-31T18:30:00Z, с часова зона.",
            en="A date is expected, or a time with its zone such as 2020-12-31T18:30:00Z.",
        ),
    )


def not_a_place(pointer: str) -> NoSuchDay:
    return _wrong(
        pointer,
        Text(
            bg="Това не е място в този списък. Започнете без него.",
            en="This is no place in this list. Start without it.",
        ),
    )


def _wrong(pointer: str, message: Text) -> NoSuchDay:
    return NoSuchDay(_ASK_ANEW, [FieldError(pointer, message)])
