"""Sessions: what a browser that signed in holds. The server keeps only a hash of what the browser shows."""

from shared.errors import Forbidden, Unauthorised
from shared.language import Text
from shared.store import Document

TOUCH_S = 300
"""A session notes that it was used at most this often, so that reading pages does not write."""


class Session(Document):
    """A signed-in browser; `id` is the keyed hash of its cookie. Times in seconds since 1970."""

    user: str
    epoch: int
    made_at: int
    seen_at: int
    ends_at: int

    def lives(self, now: int) -> bool:
        return now < self.ends_at

    def seen(self, now: int, idle_s: int, longest_s: int) -> "Session":
        """The session as it stands after being used now; itself if it was used a moment ago."""
        if now - self.seen_at < min(TOUCH_S, idle_s / 2):
            return self
        return self.model_copy(
            update={"seen_at": now, "ends_at": min(now + idle_s, self.made_at + longest_s)},
        )


class WrongNameOrPassword(Unauthorised):
    """The same answer for an unknown name, a wrong password and an account that is closed."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                bg="Името или паролата не са верни. Проверете ги и опитайте отново.",
                en="The name or the password is wrong. Check both and try again.",
            )
        )


class NotConfirmed(Forbidden):
    """Something that can't be undone needs the password, or a sign-in just now."""

    def __init__(self) -> None:
        super().__init__(
            Text(
                bg="Това не може да се върне. Изпратете и паролата си, или влезте отново и опитайте до пет минути.",
                en="This can't be undone. Send your password too, or sign in again and try within five minutes.",
            )
        )
