"""The template of a plan: a workbook that is filled with what there is, and read back as it was written."""

from collections.abc import Iterable, Sequence

from services.monitoring.domain.definitions import PlanContent
from services.monitoring.domain.values import Value
from services.monitoring.tables.columns import INDICATORS, NODES, PLAN, SHEETS, UNITS, VALUES
from services.monitoring.tables.plan_sheets import indicator_row, node_row, plan_row, unit_row
from services.monitoring.tables.workbook import written_workbook
from shared.numbers import number_cell
from shared.tables import CSV_START, Cell, csv_line

EXPLANATIONS = "Обяснения"


def template(content: PlanContent | None, values: Sequence[Value]) -> bytes:
    """Write the workbook of a plan; of none, an empty one to be filled in. Values that a survey feeds are left out."""
    given = (value for value in values if value.giver.survey is None)
    return written_workbook(
        {
            PLAN.name: [PLAN.headings, *([plan_row(content)] if content else [])],
            UNITS.name: [UNITS.headings, *(unit_row(unit) for unit in (content.units if content else None) or ())],
            NODES.name: [NODES.headings, *(node_row(node) for node in (content.nodes if content else ()))],
            INDICATORS.name: [
                INDICATORS.headings,
                *(indicator_row(indicator) for indicator in (content.indicators if content else ())),
            ],
            VALUES.name: [VALUES.headings, *(value_row(value) for value in given)],
            EXPLANATIONS: _explanations(),
        }
    )


def _explanations() -> Iterable[Sequence[Cell]]:
    yield ["Лист", "Колона", "Задължителна", "Какво се пише", "What to write"]
    for sheet in SHEETS:
        for column in sheet.columns:
            required = "да" if column.required else None
            yield [sheet.name, column.heading, required, column.about.bg, column.about.en]


def value_row(value: Value) -> list[Cell]:
    """A value as a row; what a survey feeds names the survey as its source."""
    source = f"survey:{value.giver.survey}" if value.giver.survey else value.source
    told: list[Cell] = [
        value.indicator,
        value.period,
        number_cell(value.figure),
        source,
        value.note,
        value.evidence,
        None,
    ]
    return [*told, value.state, value.value_version, value.given_at, value.verified_at]


def values_csv(values: Iterable[Value]) -> str:
    """Write values as CSV with codes for headings, in the order given."""
    header = csv_line(column.code for column in VALUES.columns)
    return CSV_START + header + "".join(csv_line(value_row(value)) for value in values)
