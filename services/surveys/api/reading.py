"""How endpoints read what came as a file or as JSON of a shape that the domain itself checks, and describe it."""

from typing import Any

from fastapi import Request
from pydantic import BaseModel

from shared.errors import TooLarge
from shared.language import Text
from shared.strict_json import read_json
from shared.tables import MAX_BYTES

Described = dict[str, Any]  # a piece of an OpenAPI document


def takes(model: type[BaseModel]) -> Described:
    """Describe a JSON body that the endpoint reads by itself."""
    schema = model.model_json_schema()
    whole = _resolved(schema, schema.pop("$defs", {}))
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": whole}}}}


def _resolved(node: Any, definitions: Described) -> Any:  # noqa: ANN401 - any part of a schema
    """Put definitions where they are referred to, since the document that this goes into has others."""
    if isinstance(node, list):
        return [_resolved(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _resolved(definitions[node["$ref"].rpartition("/")[2]], definitions)
    return {key: _resolved(value, definitions) for key, value in node.items()}


OR_NEW: dict[int | str, Described] = {201: {"description": "It is new."}}
"""Describes the other answer of what stores something under a name."""

TAKES_FILE: Described = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
"""Describes a body that is a file."""


async def json_of(request: Request) -> Any:  # noqa: ANN401 - the domain checks its shape
    """Read a body as strict JSON. Raises Invalid."""
    return read_json(await request.body())


async def file_of(request: Request) -> bytes:
    """Read a body as a file, counting while it comes. Raises TooLarge beyond 20 MB."""
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > MAX_BYTES:
            raise TooLarge(Text(bg="Файлът е над 20 MB. Разделете го.", en="The file is over 20 MB. Split it."))
        pieces.append(piece)
    return b"".join(pieces)
