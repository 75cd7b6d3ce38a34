"""What an indicator must be before a plan is adopted (domain.md, «Invalid at import»)."""

from collections.abc import Iterator
from decimal import Decimal

from services.monitoring.domain.definitions import Feed, Indicator, PlanContent
from services.monitoring.domain.faults import fault, id_fault, is_id, period_fault
from services.monitoring.domain.periods import Period, read_period, year_of
from shared.errors import FieldError
from shared.events.monitoring import Point

MOST_DECIMALS = 12
MOST_PERIODS = 1_000
LONGEST_NAME = 100


def indicator_faults(indicator: Indicator, at: str, content: PlanContent) -> Iterator[FieldError]:
    """Find what is wrong with an indicator of a plan; `at` is its pointer."""
    yield from _number_faults(indicator, at)
    yield from _written_faults(indicator, at)
    yield from _hold_faults(indicator, at) if indicator.direction == "hold" else _target_faults(indicator, at)
    yield from _order_faults(indicator, at)
    yield from _milestone_faults(indicator, at, content)
    if indicator.feed is not None:
        yield from _feed_faults(indicator, indicator.feed, f"{at}/feed")


def _number_faults(indicator: Indicator, at: str) -> Iterator[FieldError]:
    if not 0 < len(indicator.unit.strip()) <= LONGEST_NAME:
        yield fault(
            f"{at}/unit",
            f"Посочете мерна единица, до {LONGEST_NAME} знака.",
            f"Name the unit of measure, in at most {LONGEST_NAME} characters.",
        )
    if not 0 <= indicator.decimals <= MOST_DECIMALS:
        yield fault(
            f"{at}/decimals",
            f"Знаците след запетаята са от 0 до {MOST_DECIMALS}.",
            f"The decimals are 0 to {MOST_DECIMALS}.",
        )
    if indicator.stale_after is not None and not 0 <= indicator.stale_after <= MOST_PERIODS:
        yield fault(
            f"{at}/stale_after",
            f"Посочете от 0 до {MOST_PERIODS} периода, или нищо, ако стойността не остарява.",
            f"Give 0 to {MOST_PERIODS} periods, or null where a value never goes stale.",
        )


def _written_faults(indicator: Indicator, at: str) -> Iterator[FieldError]:
    """Every figure of the trajectory stands at a period that can be read."""
    for pointer, point in _points(indicator, at):
        if read_period(point.period) is None:
            yield period_fault(f"{pointer}/period")


def _points(indicator: Indicator, at: str) -> Iterator[tuple[str, Point]]:
    if indicator.baseline:
        yield f"{at}/baseline", indicator.baseline
    for number, milestone in enumerate(indicator.milestones):
        yield f"{at}/milestones/{number}", milestone
    if indicator.target:
        yield f"{at}/target", indicator.target


def _target_faults(indicator: Indicator, at: str) -> Iterator[FieldError]:
    if indicator.target is None:
        return
    if indicator.baseline is None:
        yield fault(
            f"{at}/baseline",
            "Без базова стойност напредъкът към целта не може да се изчисли. Посочете я.",
            "Without a baseline, progress to the target can't be computed. Give it.",
        )
        return
    way = Decimal(indicator.target.value) - Decimal(indicator.baseline.value)
    if way == 0:
        yield fault(
            f"{at}/target/value",
            "Целта е равна на базовата стойност. Ако целта е да се задържи, изберете „hold“ с граници и допуск.",
            "The target equals the baseline. If it is to be kept, choose “hold” with a band and a tolerance.",
        )
    elif (way > 0) != (indicator.direction == "up"):
        yield fault(
            f"{at}/target/value",
            "Целта е срещу посоката. Поправете целта, базовата стойност или посоката (up – нагоре, down – надолу).",
            "The target runs against the direction. Mend the target, the baseline or the direction (up, down).",
        )


def _hold_faults(indicator: Indicator, at: str) -> Iterator[FieldError]:
    if indicator.tolerance is None or Decimal(indicator.tolerance) <= 0:
        yield fault(
            f"{at}/tolerance",
            "Задържането има допуск, по-голям от 0: при колко извън границите напредъкът е нула.",
            "Holding has a tolerance above 0: how far outside of the band progress is nil.",
        )
    band = indicator.band
    if band is None or (band.low is None and band.high is None):
        yield fault(
            f"{at}/band",
            "Задържането има поне една граница – долна (low) или горна (high).",
            "Holding has at least one bound: low or high.",
        )
    elif band.low is not None and band.high is not None and Decimal(band.low) > Decimal(band.high):
        yield fault(f"{at}/band/low", "Долната граница е над горната.", "The lower bound is above the upper.")


def _order_faults(indicator: Indicator, at: str) -> Iterator[FieldError]:
    baseline, target = _period_of(indicator.baseline), _period_of(indicator.target)
    if baseline and target and not baseline.is_before(target):
        yield fault(
            f"{at}/target/period",
            "Целта е за период след този на базовата стойност.",
            "The target belongs to a period after the baseline's.",
        )


def _period_of(point: Point | None) -> Period | None:
    return read_period(point.period) if point else None


def _milestone_faults(indicator: Indicator, at: str, content: PlanContent) -> Iterator[FieldError]:
    baseline, target = _period_of(indicator.baseline), _period_of(indicator.target)
    before: Period | None = None
    for number, milestone in enumerate(indicator.milestones):
        period, pointer = read_period(milestone.period), f"{at}/milestones/{number}/period"
        if period is None:
            continue
        if not _lies_inside(period, content) or not _lies_between(baseline, period, target):
            yield fault(
                pointer,
                "Етапната цел е в периода на плана, след базовата стойност и преди целта.",
                "A milestone lies inside the plan's period, after the baseline and before the target.",
            )
        elif before and not before.is_before(period):
            yield fault(
                pointer,
                "Етапните цели се подреждат по време, по една за период.",
                "Milestones stand in the order of time, one a period.",
            )
        before = period


def _lies_inside(period: Period, content: PlanContent) -> bool:
    try:
        return year_of(content.first_year).first <= period.first and period.last <= year_of(content.last_year).last
    except ValueError:
        return True  # The years themselves are no years; that is said at their place.


def _lies_between(baseline: Period | None, period: Period, target: Period | None) -> bool:
    return (baseline is None or baseline.is_before(period)) and target is not None and period.is_before(target)


def _feed_faults(indicator: Indicator, feed: Feed, at: str) -> Iterator[FieldError]:
    if not is_id(feed.survey):
        yield id_fault(f"{at}/survey")
    if not 0 < len(feed.question) <= LONGEST_NAME:
        yield fault(f"{at}/question", "Посочете въпрос от анкетата.", "Name a question of the survey.")
    if feed.statistic == "share" and not feed.choices:
        yield fault(
            f"{at}/choices",
            "Изберете отговорите, чиито дялове се събират.",
            "Choose the answers whose shares are added.",
        )
    if len(set(feed.choices)) < len(feed.choices):
        yield fault(f"{at}/choices", "Един отговор е посочен два пъти.", "One answer is named twice.")
    period = read_period(feed.period)
    if period is None:
        yield period_fault(f"{at}/period")
    elif period.frequency != indicator.frequency:
        yield fault(
            f"{at}/period",
            "Периодът не отговаря на периодичността на индикатора.",
            "The period does not fit the indicator's frequency.",
        )
