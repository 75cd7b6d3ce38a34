"""The contracts as JSON Schemas, committed beside the code: a change of a promise shows itself in a review.

`python -m shared.events.schema_files` writes them anew.
"""

from pathlib import Path

import orjson

from shared.events.base import Event
from shared.events.registry import CONTRACTS

FOLDER = Path(__file__).parent / "schemas"


def schema_of(contract: type[Event]) -> bytes:
    """The JSON Schema of a contract's data, in a fixed order of keys."""
    schema = contract.model_json_schema() | {"$id": f"urn:megdan:event:{contract.TYPE}", "x-topic": contract.TOPIC}
    return orjson.dumps(schema, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2) + b"\n"


def file_of(contract: type[Event]) -> Path:
    return FOLDER / f"{contract.TYPE.removeprefix('bg.megdan.')}.json"


def write() -> None:
    FOLDER.mkdir(exist_ok=True)
    for contract in CONTRACTS:
        file_of(contract).write_bytes(schema_of(contract))


if __name__ == "__main__":
    write()
