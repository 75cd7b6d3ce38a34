"""Values fed by a survey: what its public estimate says, provisional while it is open, given when it is final."""

from collections.abc import Sequence
from decimal import Decimal

from pydantic import Field

from services.monitoring.domain.definitions import Feed, Indicator
from services.monitoring.domain.people import Giver
from services.monitoring.domain.periods import period_of
from services.monitoring.domain.values import Change, Fed, Given, Value, changed
from services.monitoring.domain.watched import Watched
from shared.bench import Projection
from shared.events.base import Figure, Part
from shared.events.surveys import ChoiceShare, EstimateChanged, QuestionEstimate
from shared.numbers import canonical, figure_of

_PERCENT = 100


class Told(Part):
    """What an estimate says of one question, as decimal text; what is hidden is not there."""

    question: str
    shares: dict[str, Figure | None] = Field(default_factory=dict)
    mean: Figure | None = None


class Estimate(Projection):
    """The last announced estimate of a survey (`id`), for indicators that begin to be fed by it later."""

    shard: str
    position: int
    announced_at: str
    number: int
    final: bool
    told: tuple[Told, ...]
    opened_by: str | None = None
    closed_by: str | None = None


def estimate_of(event: EstimateChanged, shard: str, position: int, announced_at: str) -> Estimate:
    """Keep an announcement; `shard`, `position` and `announced_at` are those of its entry in the log."""
    return Estimate(
        id=event.survey_id,
        shard=shard,
        position=position,
        announced_at=announced_at,
        number=event.number,
        final=event.final,
        told=tuple(_told(question) for question in event.questions if not question.suppressed),
        opened_by=event.opened_by,
        closed_by=event.closed_by,
    )


def _told(question: QuestionEstimate) -> Told:
    return Told(
        question=question.id,
        shares={choice.code: _share(choice) for choice in question.choices},
        mean=figure_of(question.mean),
    )


def _share(choice: ChoiceShare) -> Figure | None:
    return figure_of(choice.share)


def feed(watched: Watched, earlier: Value | None, estimate: Estimate) -> Change | None:
    """Take an indicator's value from an estimate; None where it says nothing of it, or was taken already."""
    definition = watched.definition
    if definition.feed is None or (earlier is not None and _is_taken(earlier, estimate)):
        return None
    figure = fed_figure(definition, definition.feed, estimate.told)
    if figure is None:
        return None
    said = Given(
        value_version=earlier.value_version + 1 if earlier else 1,
        figure=figure,
        state="given" if estimate.final else "provisional",
        giver=Giver(survey=estimate.id),
        given_at=estimate.announced_at,
    )
    return changed(watched, period_of(definition.feed.period), earlier, said, fed=_fed(estimate))


def _is_taken(value: Value, estimate: Estimate) -> bool:
    seen = value.fed
    return (
        seen is not None
        and (seen.survey, seen.shard) == (estimate.id, estimate.shard)
        and (seen.position >= estimate.position)
    )


def _fed(estimate: Estimate) -> Fed:
    return Fed(
        survey=estimate.id,
        shard=estimate.shard,
        position=estimate.position,
        number=estimate.number,
        final=estimate.final,
        opened_by=estimate.opened_by,
        closed_by=estimate.closed_by,
    )


def fed_figure(indicator: Indicator, said: Feed, told: Sequence[Told]) -> Figure | None:
    """The figure that a question gives; None if it is hidden, wholly or in one of the choices that are added."""
    question = next((each for each in told if each.question == said.question), None)
    if question is None:
        return None
    if said.statistic == "mean":
        return question.mean
    added = [question.shares[code] for code in said.choices if code in question.shares]
    if not added or None in added:
        return None
    share = sum((Decimal(each) for each in added if each is not None), Decimal(0))
    return canonical(share * _PERCENT if indicator.is_percentage else share)
