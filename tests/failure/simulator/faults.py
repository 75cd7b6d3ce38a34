"""Which fault happens at which step, drawn from the seed."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from shared.errors import Unavailable
from shared.language import Text

NONE, CRASH, UNAVAILABLE, LOST, PAUSE = "none", "crash", "unavailable", "lost reply", "pause"
AWAY, CUT = "engine away", "cut short"

PATIENCE_S = (0.0, 0.01, 0.3, 3.0, 12.0)
"""How long somebody who is held up stands still, up to."""


class Gone(BaseException):
    """The process is no more: nobody may catch it and go on."""


class Lost(Exception):
    """Whoever asked never hears what became of it."""


def unavailable() -> Unavailable:
    return Unavailable(Text(bg="няма го", en="away"))


@dataclass(frozen=True)
class Rates:
    """How likely each fault is at a step. A reply is lost after what was asked for has been done."""

    crash: float
    unavailable: float
    lost: float
    pause: float


def drawn_rates(random: Random) -> Rates:
    """Some seeds know only some kinds of faults, so that the others are seen at work alone too."""

    def up_to(most: float) -> float:
        return random.choice((0.0, most / 8, most / 2, most))

    return Rates(crash=up_to(0.012), unavailable=up_to(0.02), lost=up_to(0.03), pause=up_to(0.08))


@dataclass
class Faults:
    """Draws faults until all is to become calm; `seen` counts them by kind and step."""

    random: Random
    rates: Rates
    are_over: bool = False
    away: set[str] = field(default_factory=set)
    seen: Counter[tuple[str, str]] = field(default_factory=Counter)

    def before(self, step: str) -> str:
        """What happens before a step is done. Nothing is done while its engine is away."""
        if step.partition(".")[0] in self.away:
            self.note(AWAY, step)
            return AWAY
        return self._drawn(step, ((CRASH, self.rates.crash), (UNAVAILABLE, self.rates.unavailable)))

    def after(self, step: str) -> str:
        """What happens once it is done and before whoever asked for it knows."""
        return self._drawn(step, ((CRASH, self.rates.crash), (LOST, self.rates.lost)))

    def note(self, kind: str, step: str) -> None:
        self.seen[kind, step] += 1

    def cut_short(self, step: str, length: int) -> int:
        """How much of a long write is done before it is cut off: all of it, unless chance has it otherwise."""
        if self.are_over or length < 2 or self.random.random() >= 4 * self.rates.unavailable:
            return length
        self.note(CUT, step)
        return self.random.randrange(length)

    def patience_s(self) -> float:
        return self.random.random() * self.random.choice(PATIENCE_S)

    def _drawn(self, step: str, likely: tuple[tuple[str, float], ...]) -> str:
        if self.are_over:
            return NONE
        chance = self.random.random()
        for kind, rate in (*likely, (PAUSE, self.rates.pause)):
            if chance < rate:
                self.seen[kind, step] += 1
                return kind
            chance -= rate
        return NONE
