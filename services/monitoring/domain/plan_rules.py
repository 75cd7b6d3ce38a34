"""What a plan must be before it is adopted; each fault names its place and its cure."""

from collections import Counter
from collections.abc import Iterator, Sequence

from services.monitoring.domain.definitions import Indicator, Node, PlanContent
from services.monitoring.domain.faults import LONGEST_TITLE, fault, id_fault, is_id, title_fault
from services.monitoring.domain.indicator_rules import indicator_faults
from shared.errors import FieldError, shown

MOST_YEARS = 30
MOST_NODES = 5_000
MOST_INDICATORS = 10_000
DEEPEST = 12
_YEARS = range(1900, 2200)


def plan_faults(content: PlanContent) -> list[FieldError]:
    """Find all that is wrong with a plan, in the order of the document."""
    node_ids = frozenset(node.id for node in content.nodes)
    unit_ids = None if content.units is None else frozenset(unit.id for unit in content.units)
    return [
        *_period_faults(content),
        *_size_faults(content),
        *_id_faults(content),
        *_title_faults(content),
        *_tree_faults(content.nodes),
        *_weight_faults(content),
        *(
            found
            for number, indicator in enumerate(content.indicators)
            for found in (
                *_node_faults(indicator, f"/indicators/{number}/node", node_ids),
                *_unit_faults(indicator, f"/indicators/{number}/responsible", unit_ids),
                *indicator_faults(indicator, f"/indicators/{number}", content),
            )
        ),
    ]


def _period_faults(content: PlanContent) -> Iterator[FieldError]:
    if content.first_year not in _YEARS:
        yield fault("/period/from", "Годината е между 1900 и 2199.", "The year lies between 1900 and 2199.")
    if not 0 <= content.last_year - content.first_year < MOST_YEARS:
        yield fault(
            "/period/to",
            f"Последната година не е преди първата и периодът е до {MOST_YEARS} години.",
            f"The last year is not before the first, and the period is at most {MOST_YEARS} years.",
        )


def _size_faults(content: PlanContent) -> Iterator[FieldError]:
    for name, found, most in (
        ("nodes", len(content.nodes), MOST_NODES),
        ("indicators", len(content.indicators), MOST_INDICATORS),
    ):
        if found > most:
            yield fault(f"/{name}", f"Най-много {most} са възможни.", f"At most {most} are possible.")
    if not content.nodes:
        yield fault("/nodes", "Планът има поне една цел, приоритет или мярка.", "A plan has at least one node.")


def _id_faults(content: PlanContent) -> Iterator[FieldError]:
    units = content.units or ()
    named = [(f"/nodes/{number}/id", node.id) for number, node in enumerate(content.nodes)]
    named += [(f"/indicators/{number}/id", indicator.id) for number, indicator in enumerate(content.indicators)]
    yield from _each_once(named)
    yield from _each_once([(f"/units/{number}/id", unit.id) for number, unit in enumerate(units)])


def _each_once(named: Sequence[tuple[str, str]]) -> Iterator[FieldError]:
    times = Counter(each for _, each in named)
    for pointer, each in named:
        if not is_id(each):
            yield id_fault(pointer)
        elif times[each] > 1:
            yield fault(
                pointer,
                f"Кодът „{shown(each)}“ се среща повече от веднъж. Дайте на всеки свой.",
                f"The id “{shown(each)}” stands more than once. Give each its own.",
            )


def _title_faults(content: PlanContent) -> Iterator[FieldError]:
    titled = [("/title", content.title)]
    titled += [(f"/nodes/{number}/title", node.title) for number, node in enumerate(content.nodes)]
    titled += [(f"/indicators/{number}/title", each.title) for number, each in enumerate(content.indicators)]
    titled += [(f"/units/{number}/title", unit.title) for number, unit in enumerate(content.units or ())]
    return (
        title_fault(pointer) for pointer, title in titled if max(len(title.bg), len(title.en or "")) > LONGEST_TITLE
    )


def _tree_faults(nodes: Sequence[Node]) -> Iterator[FieldError]:
    parents = {node.id: node.parent for node in nodes}
    for number, node in enumerate(nodes):
        if node.parent is not None and node.parent not in parents:
            yield fault(
                f"/nodes/{number}/parent",
                f"В плана няма възел „{shown(node.parent)}“. Посочете код от плана или оставете празно.",
                f"The plan has no node “{shown(node.parent)}”. Name one of its nodes, or leave it empty.",
            )
        elif _depth(node.id, parents) > DEEPEST:
            yield fault(
                f"/nodes/{number}/parent",
                f"Възелът е под себе си или е по-дълбоко от {DEEPEST} нива. Поправете към кого се отнася.",
                f"The node lies under itself, or deeper than {DEEPEST} levels. Mend its parent.",
            )


def _depth(node_id: str, parents: dict[str, str | None]) -> int:
    depth, at = 0, parents.get(node_id)
    while at is not None and depth <= DEEPEST:
        depth, at = depth + 1, parents.get(at)
    return depth


def _weight_faults(content: PlanContent) -> Iterator[FieldError]:
    weighed = [(f"/nodes/{number}/weight", node.parent, node.weight) for number, node in enumerate(content.nodes)]
    weighed += [
        (f"/indicators/{number}/weight", indicator.node, indicator.weight)
        for number, indicator in enumerate(content.indicators)
        if not indicator.is_context
    ]
    positive = {parent for _, parent, weight in weighed if _is_positive(weight)}
    for pointer, parent, weight in weighed:
        if weight.startswith("-"):
            yield fault(pointer, "Теглото не е отрицателно.", "A weight is not negative.")
        elif parent not in positive:
            yield fault(
                pointer,
                "Всички тегла тук са 0. Поне едно трябва да е по-голямо.",
                "All weights here are 0. At least one must be larger.",
            )


def _is_positive(figure: str) -> bool:
    return not figure.startswith("-") and figure.strip("0.") != ""


def _node_faults(indicator: Indicator, pointer: str, node_ids: frozenset[str]) -> Iterator[FieldError]:
    if indicator.node not in node_ids:
        yield fault(
            pointer,
            f"В плана няма възел „{shown(indicator.node)}“. Посочете мярка, приоритет или цел от плана.",
            f"The plan has no node “{shown(indicator.node)}”. Name a measure, priority or objective of the plan.",
        )


def _unit_faults(indicator: Indicator, pointer: str, unit_ids: frozenset[str] | None) -> Iterator[FieldError]:
    if unit_ids is not None and indicator.responsible not in unit_ids:
        yield fault(
            pointer,
            f"Няма звено „{shown(indicator.responsible)}“. Добавете го към звената на плана или посочете друго.",
            f"There is no unit “{shown(indicator.responsible)}”. Add it to the plan's units, or name another.",
        )
    elif not is_id(indicator.responsible):
        yield id_fault(pointer)
