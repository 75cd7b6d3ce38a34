"""The events described: one AsyncAPI document, made from the contracts that the running code speaks."""

from typing import Any

from shared.events.base import Envelope, Event
from shared.events.registry import CONTRACTS, TOPICS

Json = dict[str, Any]  # an AsyncAPI document, whose shape AsyncAPI itself defines


def events_described() -> Json:
    """Describe each topic as a channel, each event type as a message in its CloudEvents envelope."""
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Megdan", "version": "1", "description": "What the services announce to one another."},
        "defaultContentType": "application/cloudevents+json",
        "channels": {topic: _channel(topic) for topic in TOPICS},
        "operations": {
            topic: {
                "action": "receive",
                "channel": {"$ref": f"#/channels/{topic}"},
                "summary": f"What {topic} carries.",
            }
            for topic in TOPICS
        },
    }


def _channel(topic: str) -> Json:
    contracts = [contract for contract in CONTRACTS if topic == contract.TOPIC]
    return {"address": topic, "messages": {contract.TYPE: _message(contract) for contract in contracts}}


def _message(contract: type[Event]) -> Json:
    envelope = Envelope[Event].model_json_schema()
    properties = envelope["properties"] | {
        "type": {"const": contract.TYPE},
        "data": contract.model_json_schema(ref_template=_within(contract)),
    }
    return {
        "name": contract.TYPE,
        "title": contract.__name__,
        "summary": (contract.__doc__ or "").strip().splitlines()[0],
        "payload": {"type": "object", "properties": properties, "required": envelope["required"]},
    }


def _within(contract: type[Event]) -> str:
    # A reference is read from the document's root; the models of an event lie within its own message.
    message = f"#/channels/{contract.TOPIC}/messages/{contract.TYPE}"
    return message + "/payload/properties/data/$defs/{model}"
