"""The API described: one OpenAPI document out of those of the services, and a page that shows it without any script."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from jinja2 import Environment

from services.gateway.edge.caller import SESSION_COOKIE
from shared.language import Language
from shared.problems import MEDIA_TYPE

Json = dict[str, Any]  # an OpenAPI document, whose shape OpenAPI itself defines

API = "/api/v1"
METHODS = ("get", "put", "post", "patch", "delete")
SCHEMAS = "#/components/schemas/"
SIGN_IN: list[Json] = [{}, {"bearer": []}, {"session": [], "csrf": []}]
SECURITY: Json = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "A token from POST /api/v1/tokens."},
    "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE},
    "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token", "description": "`csrf` of GET /api/v1/me."},
}
PROBLEM: Json = {
    "type": "object",
    "description": "What is wrong and what to do (RFC 9457), in the reader's language.",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "message"],
                "properties": {"pointer": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
PROBLEMS: Json = {
    "description": "What is wrong and what to do.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": f"{SCHEMAS}Problem"}}},
}


def described(apps: Mapping[str, FastAPI]) -> Json:
    """Join the descriptions of the services: addresses with the API's prefix, schemas named after their service."""
    document: Json = {
        "openapi": "3.1.0",
        "info": {"title": "Megdan", "version": "1", "description": "Surveys, plan, monitoring and evaluation."},
        "paths": {},
        "components": {"schemas": {"Problem": PROBLEM}, "securitySchemes": SECURITY},
        "security": SIGN_IN,
    }
    for name, app in apps.items():
        part = _renamed(get_openapi(title=name, version="1", routes=app.routes), name)
        schemas = part.get("components", {}).get("schemas", {})
        document["components"]["schemas"] |= {f"{name}.{schema}": model for schema, model in schemas.items()}
        for path, item in part.get("paths", {}).items():
            document["paths"][_address(path, name)] = {method: _operation(each) for method, each in item.items()}
    return document


def _address(path: str, service: str) -> str:
    own = "/operations/"
    return f"{API}{own}{service}/{path.removeprefix(own)}" if path.startswith(own) else API + path


def _operation(operation: Json) -> Json:
    # FastAPI describes its own 422, which is never answered here.
    answers = {status: each for status, each in operation.get("responses", {}).items() if status != "422"}
    return operation | {"responses": answers | {"4XX": PROBLEMS, "5XX": PROBLEMS}}


def _renamed(node: Any, service: str) -> Any:  # noqa: ANN401 - any part of a document
    if isinstance(node, list):
        return [_renamed(item, service) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        name: f"{SCHEMAS}{service}.{value.removeprefix(SCHEMAS)}"
        if name == "$ref" and isinstance(value, str)
        else _renamed(value, service)
        for name, value in node.items()
    }


def documentation(document: Json, style: str, language: Language) -> str:
    """Show a description as a page."""
    template = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(_PAGE.read_text("utf-8"))
    return template.render(operations=list(_operations(document)), style=style, language=language)


_PAGE = Path(__file__).parent / "api" / "docs.html"


def _operations(document: Json) -> Iterator[Json]:
    for path, item in sorted(document["paths"].items()):
        for method in METHODS:
            if operation := item.get(method):
                yield {
                    "method": method.upper(),
                    "path": path,
                    "does": operation.get("description") or operation.get("summary", ""),
                    "parameters": [each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"],
                }
