"""The list of where an installation names people: what of it the export holds, and what erasing does with it."""

import re
import typing
from collections.abc import Iterator

from pydantic import BaseModel

from deploy.backup.models import declared

NAMES_PEOPLE = re.compile(
    r"(^|_)(subject|user|users|person|people|giver|owner|author|by|name|mail|phone|address|maker|member|key|unit)$"
)
"""How a field is called that holds a person's id, pseudonym or name."""

EXPORTED_AND_ERASED = {
    "gateway users": {"key", "name", "display_name", "unit"},
    "gateway sessions": {"user"},
    "gateway tokens": {"unit", "user", "made_by"},
}
"""With names and ids. In the export as account, sessions and tokens; deleted when the account is erased."""

EXPORTED_AND_LEFT = {
    "monitoring values": {
        "giver.subject",
        "giver.unit",
        "verified_by",
        "history.giver.subject",
        "history.giver.unit",
        "history.verified_by",
        "people",
    },
    "monitoring plans": {"adopted_by"},
    "monitoring import_jobs": {"subject", "unit"},
    "surveys surveys": {"opened_by", "closed_by"},
}
"""By pseudonym. In the export as work, while the account is there; without it the pseudonym is nobody's."""

COPIES = {
    "monitoring values": {"fed.opened_by", "fed.closed_by"},
    "monitoring estimates": {"opened_by", "closed_by"},
}
"""Of what the export tells from where it was said first."""

UNITS_OF_THINGS = {
    "monitoring indicators": {"definition.unit"},
    "monitoring plans": {"content.indicators.unit"},
    "reporting drafts": {"indicators.unit"},
    "reporting leaves": {"definition.unit"},
}
"""What an indicator is measured in."""

NOBODY = {
    *(f"{service} {name}" for service in ("surveys", "monitoring", "reporting") for name in ("cursors", "drops")),
    *(f"{service} {name}" for service in ("surveys", "monitoring", "reporting") for name in ("log", "dead_letters")),
    "gateway setups",
    "monitoring import_parts",
    "monitoring indicators",
    "reporting drafts",
    "reporting histories",
    "reporting leaves",
    "reporting nodes",
    "reporting outlines",
    "surveys margins",
    "surveys row_steps",
    "surveys steps",
    "surveys tallies",
}
"""Collections that are about nobody: events hold pseudonyms at most, and those are told from the documents."""

WITHOUT_AN_ACCOUNT = {"surveys responses", "surveys drafts"}
"""What people say without signing in: no export finds it, the receipt takes it back, a draft ends after seven days."""


def fields(model: type[BaseModel], seen: tuple[type, ...] = ()) -> Iterator[str]:
    """The fields of a model down to what they are made of."""
    for name, field in model.model_fields.items():
        inner = list(models(field.annotation))
        for each in inner:
            yield from (f"{name}.{below}" for below in (fields(each, (*seen, each)) if each not in seen else ()))
        if not inner:
            yield name


def models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in typing.get_args(annotation):
        yield from models(part)


def test_each_collection_is_said_to_hold_people_or_not() -> None:
    """P-71: a new collection has to be put on this list, and so into export and erasure if it holds personal data."""
    listed = {*EXPORTED_AND_ERASED, *EXPORTED_AND_LEFT, *COPIES, *NOBODY, *WITHOUT_AN_ACCOUNT}

    assert listed == {f"{service} {name}" for service, name in declared()}


def test_each_field_that_names_people_is_listed() -> None:
    """P-71: a field that names people and is on no list is in no export."""
    named: dict[str, set[str]] = {}
    for (service, name), of in declared().items():
        found = {field for field in fields(of.model) if NAMES_PEOPLE.search(field.rsplit(".", maxsplit=1)[-1])}
        named |= {f"{service} {name}": found} if found else {}
    listed: dict[str, set[str]] = {}
    for each in (EXPORTED_AND_ERASED, EXPORTED_AND_LEFT, COPIES, UNITS_OF_THINGS):
        for collection, some in each.items():
            listed.setdefault(collection, set()).update(some)

    assert listed == named
