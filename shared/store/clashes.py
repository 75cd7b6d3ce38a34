"""What a write or a page can be refused for, in words for whoever asked."""

from shared.errors import Exists, FieldError, Invalid, Stale
from shared.language import Text


class KeyTaken(Exists):
    """The id or a unique key belongs to another document; `key` is `id` or the name of the unique index."""

    def __init__(self, key: str) -> None:
        super().__init__(
            Text(
                bg=f"Такъв запис вече има („{key}“ е заето). Отворете него или изберете друго.",
                en=f"There is one already (“{key}” is taken). Open that one or choose another.",
            )
        )
        self.key = key


def changed_meanwhile() -> Stale:
    return Stale(
        Text(
            bg="Междувременно някой промени записа. Отворете го отново и повторете промяната си.",
            en="Somebody changed it meanwhile. Open it again and repeat your change.",
        )
    )


def broken_cursor() -> Invalid:
    told = Text(bg="Няма такава страница. Започнете от първата.", en="There is no such page. Start from the first.")
    return Invalid(told, [FieldError("/cursor", told)])
