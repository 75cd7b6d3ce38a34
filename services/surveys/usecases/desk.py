"""What every use case of surveys works with."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from services.surveys.domain.public_figures import Thresholds
from services.surveys.domain.responses import ResponseKeys
from services.surveys.domain.surveys import NoSuchSurvey, Survey
from services.surveys.settings import Settings
from services.surveys.store import Collections, collections
from shared.clock import Clock
from shared.errors import FieldError, Invalid
from shared.keys import pseudonym
from shared.language import Text
from shared.store import Collection, Store
from shared.turns import Turns

FILES_AT_ONCE = 2
FILES_WAITING = 64
MOST_SHOWN = 64


@dataclass
class KnownSurveys:
    """Surveys as this process has read them lately, so that a response costs one write and no reading.

    Another process may have closed one meanwhile: closing waits longer for late responses than a reading is kept.
    """

    surveys: Collection[Survey]
    clock: Clock
    kept: timedelta
    _known: dict[str, tuple[datetime, Survey]] = field(default_factory=dict)

    async def get(self, survey_id: str) -> Survey:
        """Raises NoSuchSurvey."""
        read_at, survey = self._known.get(survey_id, (None, None))
        if survey is None or read_at is None or not read_at <= self.clock() <= read_at + self.kept:
            survey = await self.surveys.get(survey_id)
            if survey is None:
                raise NoSuchSurvey
            self._known[survey_id] = (self.clock(), survey)
        return survey

    def forget(self, survey_id: str) -> None:
        self._known.pop(survey_id, None)


@dataclass(frozen=True)
class Desk:
    """Documents, keys, clock and settings.

    `keys` derive ids and receipts, `known` are the surveys read lately, `files` the turns for files that people bring,
    `shown` the results that were asked for lately, by survey and wish.
    """

    documents: Collections
    known: KnownSurveys
    keys: ResponseKeys
    clock: Clock
    settings: Settings
    salt: Callable[[], str]
    files: Turns = field(default_factory=lambda: Turns("response files", at_once=FILES_AT_ONCE, waiting=FILES_WAITING))
    shown: dict[tuple[str, Hashable], object] = field(default_factory=dict)

    def keep_shown(self, key: tuple[str, Hashable], results: object) -> None:
        """Remember results that are ready to be sent, those asked for last."""
        self.shown.pop(key, None)
        self.shown[key] = results
        if len(self.shown) > MOST_SHOWN:
            del self.shown[next(iter(self.shown))]

    @property
    def thresholds(self) -> Thresholds:
        return Thresholds(k=self.settings.step, base=self.settings.base)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.settings.timezone)

    def pseudonym(self, subject: str) -> str:
        """What stands for somebody in events and documents."""
        return pseudonym(self.keys.secret, subject)


def desk(store: Store, secret: SecretStr, clock: Clock, settings: Settings, salt: Callable[[], str]) -> Desk:
    documents = collections(store)
    known = KnownSurveys(documents.surveys, clock, timedelta(seconds=settings.survey_kept_s))
    return Desk(documents, known, ResponseKeys(secret), clock, settings, salt)


def invalid(pointer: str, bg: str, en: str) -> Invalid:
    """One fault with its place."""
    text = Text(bg=bg, en=en)
    return Invalid(text, [FieldError(pointer, text)])
