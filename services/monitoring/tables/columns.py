"""The sheets and columns of plans and values: a code for programs, a Bulgarian name and an explanation for people."""

import re
from dataclasses import dataclass

from shared.language import Text

_CODE_AT_END = re.compile(r"\(([a-z_]+)\)\s*$")


@dataclass(frozen=True)
class Column:
    """A column; one that is `only_out` is written for people and passed over when it is read."""

    code: str
    name: str
    about: Text
    required: bool = False
    only_out: bool = False

    @property
    def heading(self) -> str:
        return f"{self.name} ({self.code})"


@dataclass(frozen=True)
class Sheet:
    """A sheet; in a workbook it is found by its Bulgarian name or its code."""

    code: str
    name: str
    columns: tuple[Column, ...]

    @property
    def headings(self) -> list[str]:
        return [column.heading for column in self.columns]

    def column(self, heading: str) -> Column | None:
        """Find a column by what stands in the first row: heading, code or name, in letters of any size."""
        written = heading.strip().lower()
        coded = _CODE_AT_END.search(written)
        names = {written, coded[1]} if coded else {written}
        return next((each for each in self.columns if names & {each.code, each.name.lower()}), None)


def _column(code: str, name: str, about: tuple[str, str], *, required: bool = False, only_out: bool = False) -> Column:
    return Column(code, name, Text(bg=about[0], en=about[1]), required, only_out)


_TITLES = (
    _column(
        "title_bg", "Наименование", ("Как се нарича, на български.", "What it is called, in Bulgarian."), required=True
    ),
    _column("title_en", "Наименование на английски", ("По желание.", "Optional: what it is called in English.")),
)
_ORIGIN = (
    _column(
        "reconstructed",
        "Възстановено",
        ("да, ако не е намерено в документ, а е предложено.", "yes, if it was proposed rather than found."),
    ),
    _column("origin_bg", "Произход", ("Откъде е взето.", "Where it comes from, in Bulgarian.")),
    _column("origin_en", "Произход на английски", ("По желание.", "Where it comes from, in English.")),
)
_ID = _column(
    "id",
    "Код",
    (
        "Латински букви, цифри, точки, тирета, долни черти; не се сменя.",
        "Latin letters, digits, . - _; it never changes.",
    ),
    required=True,
)

PLAN = Sheet(
    "plan",
    "План",
    (
        *_TITLES,
        _column("from", "От година", ("Първата година на плана.", "The plan's first year."), required=True),
        _column("to", "До година", ("Последната година на плана.", "The plan's last year."), required=True),
        *_ORIGIN,
    ),
)

UNITS = Sheet(
    "units",
    "Звена",
    (
        _ID,
        *_TITLES,
        *_ORIGIN,
        _column("source_bg", "Източник", ("По желание.", "Where it was found, in Bulgarian.")),
        _column("source_en", "Източник на английски", ("По желание.", "Where it was found, in English.")),
    ),
)

NODES = Sheet(
    "nodes",
    "Възли",
    (
        _ID,
        _column(
            "parent",
            "Към",
            ("Код на възела над него; празно за най-горните.", "Id of the node above; empty at the top."),
        ),
        _column(
            "kind",
            "Вид",
            ("objective (цел), priority (приоритет) или measure (мярка).", "objective, priority or measure."),
            required=True,
        ),
        *_TITLES,
        _column("weight", "Тегло", ("Спрямо съседните; празно е 1.", "Among its siblings; empty is 1.")),
        _column("budget_eur", "Бюджет в евро", ("По желание.", "Optional, in euro.")),
        *_ORIGIN,
    ),
)

INDICATORS = Sheet(
    "indicators",
    "Индикатори",
    (
        _ID,
        _column(
            "node", "Възел", ("Код на мярката, приоритета или целта.", "Id of the node it hangs on."), required=True
        ),
        *_TITLES,
        _column("unit", "Мерна единица", ("%, persons, km …", "%, persons, km …"), required=True),
        _column("unit_bg", "Единица на български", ("Както да се показва.", "As it is shown, in Bulgarian.")),
        _column("unit_en", "Единица на английски", ("По желание.", "As it is shown, in English.")),
        _column(
            "direction",
            "Посока",
            ("up (нагоре), down (надолу) или hold (задържане).", "up, down or hold."),
            required=True,
        ),
        _column("tolerance", "Допуск", ("Само при задържане; над 0.", "Only for hold; above 0.")),
        _column("band_low", "Долна граница", ("Само при задържане.", "Only for hold.")),
        _column("band_high", "Горна граница", ("Само при задържане.", "Only for hold.")),
        _column("baseline_period", "Базов период", ("2013, 2013-Q4 или 2013-12.", "2013, 2013-Q4 or 2013-12.")),
        _column("baseline_value", "Базова стойност", ("Откъде се тръгва.", "Where it starts.")),
        _column("milestones", "Етапни цели", ("2017=14; 2018=15,5", "2017=14; 2018=15.5")),
        _column("target_period", "Период на целта", ("Празно: само за сведение.", "Empty: for information only.")),
        _column("target_value", "Целева стойност", ("Празно: само за сведение.", "Empty: for information only.")),
        _column("shape", "Ход", ("linear (равномерно) или step (на стъпки).", "linear or step.")),
        _column("accumulation", "Натрупване", ("last (последна), sum (сбор) или mean (средна).", "last, sum or mean.")),
        _column(
            "level",
            "Ниво",
            (
                "input (вложени средства), output (продукт), result (резултат), impact (въздействие).",
                "input, output, result, impact.",
            ),
            required=True,
        ),
        _column(
            "decimals", "Знаци след запетаята", ("Колко се показват; празно е 0.", "How many are shown; empty is 0.")
        ),
        _column(
            "stale_after",
            "Остарява след",
            (
                "Толкова периода; празно е 2; „никога“, ако не остарява.",
                "So many periods; empty is 2; “never” if it does not.",
            ),
        ),
        _column("weight", "Тегло", ("Спрямо другите; празно е 1.", "Among the others; empty is 1.")),
        _column("source", "Източник", ("Откъде идват данните.", "Where the data come from.")),
        _column(
            "frequency",
            "Периодичност",
            ("year (година), quarter (тримесечие), month (месец).", "year, quarter or month."),
        ),
        _column("responsible", "Отговорно звено", ("Код на звеното.", "Id of the unit."), required=True),
        _column(
            "continues", "Продължава", ("Код на индикатор от предишен план.", "Id of an earlier plan's indicator.")
        ),
        _column("feed_survey", "Анкета", ("Код на анкетата, която го захранва.", "Id of the survey that feeds it.")),
        _column("feed_question", "Въпрос", ("Код на въпроса.", "Id of the question.")),
        _column("feed_statistic", "Показател", ("share (дял) или mean (средна).", "share or mean.")),
        _column("feed_choices", "Отговори", ("4; 5", "4; 5")),
        _column("feed_period", "Период на анкетата", ("За кой период е стойността.", "Which period the value is of.")),
        *_ORIGIN,
    ),
)

VALUES = Sheet(
    "values",
    "Стойности",
    (
        _column("indicator", "Индикатор", ("Код на индикатора.", "Id of the indicator."), required=True),
        _column("period", "Период", ("2019, 2019-Q3 или 2019-07.", "2019, 2019-Q3 or 2019-07."), required=True),
        _column("value", "Стойност", ("Число: 12,5 или 1 234,5.", "A number: 12.5 or 1 234.5."), required=True),
        _column("source", "Източник", ("Откъде е числото.", "Where the figure comes from."), required=True),
        _column("note", "Бележка", ("По желание; при поправка: защо.", "Optional; for a correction: why.")),
        _column(
            "evidence",
            "Доказателство",
            ("Адрес на документ (https://…), по желание.", "Address of a document (https://…), optional."),
        ),
        _column(
            "correction",
            "Поправка",
            ("да, ако променя вече записана стойност.", "yes, if it changes a value that is recorded already."),
        ),
        _column("state", "Състояние", ("Само за четене.", "Only for reading."), only_out=True),
        _column("version", "Версия", ("Само за четене.", "Only for reading."), only_out=True),
        _column("given_at", "Въведена", ("Само за четене.", "Only for reading."), only_out=True),
        _column("verified_at", "Потвърдена", ("Само за четене.", "Only for reading."), only_out=True),
    ),
)

SHEETS = (PLAN, UNITS, NODES, INDICATORS, VALUES)
