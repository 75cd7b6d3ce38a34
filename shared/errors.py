"""What can be wrong, in words for whoever asked. Every service's errors derive from one of these."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from shared.language import Text

MOST_SHOWN = 64


def shown(written: str) -> str:
    """What somebody wrote, short and in one line, as a message may repeat it."""
    return "".join(letter for letter in written[:MOST_SHOWN] if letter.isprintable())


@dataclass(frozen=True)
class FieldError:
    """One thing that is wrong in what was sent: where (a JSON pointer, or «row 3, column F») and what to do."""

    pointer: str
    message: Text


class MegdanError(Exception):
    """An error that its reader can do something about.

    Attributes:
        status: the HTTP status that tells of it.
        title: what kind of error it is.
        text: what is wrong here and what to do.
        errors: the single faults, at most a thousand.
        retry_after_s: seconds after which it makes sense to try again, if it does.
    """

    status: ClassVar[int] = 500
    title: ClassVar[Text] = Text(bg="Грешка при нас", en="Something went wrong on our side")

    def __init__(self, text: Text, errors: Sequence[FieldError] = (), *, retry_after_s: int | None = None) -> None:
        super().__init__(text.in_("en"))
        self.text = text
        self.errors = tuple(errors)
        self.retry_after_s = retry_after_s


class Invalid(MegdanError):
    """What was sent does not fit; `errors` names each place."""

    status = 422
    title = Text(bg="Нещо трябва да се поправи", en="Some things need to be fixed")


class Unauthorised(MegdanError):
    """Nobody has signed in, and this needs somebody."""

    status = 401
    title = Text(bg="Нужен е вход", en="Sign in first")


class Forbidden(MegdanError):
    """Whoever asks may not do this."""

    status = 403
    title = Text(bg="Нямате право на това", en="You may not do this")


class NotFound(MegdanError):
    """There is no such thing, or it is not for the reader."""

    status = 404
    title = Text(bg="Не е намерено", en="Not found")


class Conflict(MegdanError):
    """The state of things does not allow it now."""

    status = 409
    title = Text(bg="В момента това не е възможно", en="Not possible now")


class Exists(Conflict):
    """The id or a unique key is taken already."""


class Stale(Conflict):
    """Somebody changed the document since it was read."""

    status = 412
    title = Text(bg="Междувременно някой го промени", en="Somebody changed it meanwhile")


class TooLarge(MegdanError):
    """More was sent than is taken."""

    status = 413
    title = Text(bg="Твърде голямо", en="Too large")


class TooMany(MegdanError):
    """Too many requests in a short time."""

    status = 429
    title = Text(bg="Твърде много заявки", en="Too many requests")


class Unavailable(MegdanError):
    """A part is down or slow; the same request may pass later."""

    status = 503
    title = Text(bg="В момента не е достъпно", en="Not available right now")


class StorageIsFull(MegdanError):
    """There is no space left for what should be kept; nothing was saved."""

    status = 507
    title = Text(bg="Мястото за данни свърши", en="The storage is full")
