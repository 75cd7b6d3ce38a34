"""Bodies made from the OpenAPI description: one that has every field, and it with one value of a wrong type."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = Any  # a piece of a description, or a body made from it

MARK = "маркирано-9271"
"""A value that must not come back in any answer."""

_OF_KIND: Mapping[str, Json] = {"string": "a", "number": 1, "integer": 1, "boolean": True, "null": None}
_WRONG: Mapping[str, tuple[Json, ...]] = {
    "string": (927_112, True, [MARK], {MARK: 1}),
    "number": (True, MARK, "12", [MARK]),
    "integer": (True, MARK, "12", 1.5, [MARK]),
    "boolean": (1, 0, "true", MARK),
    "array": ({MARK: 1}, MARK, 927_112),
    "object": ([MARK], MARK, 927_112),
}


@dataclass(frozen=True)
class Operation:
    """An operation that takes JSON: its method, its address below the API's prefix, and what it takes."""

    method: str
    path: str
    schema: Json


@dataclass(frozen=True)
class Spoiled:
    """A body in which the value at `pointer` has a wrong type."""

    pointer: str
    body: Json


def operations(document: Json) -> Iterator[Operation]:
    """Every operation of a description that takes a JSON body."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            content = operation.get("requestBody", {}).get("content", {})
            if "application/json" in content:
                schema = _resolved(content["application/json"]["schema"], document)
                yield Operation(method.upper(), path.removeprefix("/api/v1"), schema)


def _resolved(node: Json, document: Json) -> Json:
    if isinstance(node, list):
        return [_resolved(item, document) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        found = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return _resolved(found, document)
    return {name: _resolved(item, document) for name, item in node.items()}


def whole(schema: Json) -> Json:
    """A body with every field that is described, each of its type."""
    schema = _wanted(schema)
    kind = schema.get("type")
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if kind == "object":
        named = {name: whole(each) for name, each in schema.get("properties", {}).items()}
        return named or {"k": whole(_further(schema))}
    if kind == "array":
        return [whole(schema.get("items", {}))]
    return _OF_KIND.get(str(kind), 1)


def _wanted(schema: Json) -> Json:
    """What is wanted of a value that may also be null or of another type."""
    branches = schema.get("anyOf") or schema.get("oneOf") or [schema]
    return next((each for each in branches if each.get("type") != "null"), schema)


def _further(schema: Json) -> Json:
    further = schema.get("additionalProperties", {})
    return further if isinstance(further, dict) else {}


def spoiled(schema: Json) -> Iterator[Spoiled]:
    """The whole body, once for each place and each wrong type that may stand there."""
    body = whole(schema)
    for pointer, kinds in _places(schema, ""):
        for kind in kinds:
            for wrong in _WRONG.get(kind, ()):
                if not any(_fits(wrong, other) for other in kinds):
                    yield Spoiled(pointer, _replaced(body, pointer.split("/")[1:], wrong))


def _fits(value: Json, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    types = {"string": str, "integer": int, "number": (int, float), "array": list, "object": dict}
    return kind in types and isinstance(value, types[kind])  # type: ignore[arg-type]  # one type or several


def _places(schema: Json, pointer: str) -> Iterator[tuple[str, list[str]]]:
    branches = schema.get("anyOf") or schema.get("oneOf") or [schema]
    kinds = [str(each["type"]) for each in branches if "type" in each and "enum" not in each and "const" not in each]
    if kinds:
        yield pointer, kinds
    inner = _wanted(schema)
    if inner.get("type") == "array":
        yield from _places(inner.get("items", {}), f"{pointer}/0")
    named = inner.get("properties", {})
    for name, each in named.items():
        yield from _places(each, f"{pointer}/{name}")
    if inner.get("type") == "object" and not named:
        yield from _places(_further(inner), f"{pointer}/k")


def _replaced(body: Json, steps: list[str], value: Json) -> Json:
    if not steps:
        return value
    first, *rest = steps
    if isinstance(body, list):
        return [_replaced(body[0], rest, value)]
    return body | {first: _replaced(body[first], rest, value)}
