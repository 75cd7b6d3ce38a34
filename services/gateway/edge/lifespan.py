"""What a server says to an application besides requests."""

from starlette.types import Receive, Scope, Send


async def answer_other(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a server that starts and stops; refuse everything else, as websockets."""
    if scope["type"] != "lifespan":
        await send({"type": "websocket.close", "code": 1000})
        return
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
