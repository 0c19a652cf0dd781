"""The protocol as somebody meets it who has none of our code: Python and a stock WebSocket library.

    conversation.py ADDRESS TOKEN TASK

Says who it is, takes the snapshot, writes, hears its own write come back as an event, loses the connection,
writes again elsewhere, resumes from its positions and gets what it missed, exactly once. Exit status 0 when
all of it held.
"""

import asyncio
import json
import sys

import websockets


async def hear(socket, kind):
    """The next message of a type; heartbeats in between do not count."""
    while True:
        message = json.loads(await asyncio.wait_for(socket.recv(), 20))
        if message["type"] != "heartbeat":
            assert message["type"] == kind, message
            return message


async def begin(address, token, query=""):
    socket = await websockets.connect(f"ws://{address}/ws{query}")
    await socket.send(json.dumps({"type": "auth", "token": token, "correlationId": "hello"}))
    return socket


def progress(task, percent):
    primary = {"id": task, "progress_percentage": percent}
    change = {"entity": "task", "action": "update", "data": {"primary": primary}}
    return json.dumps({"type": "update", "correlationId": f"to {percent}", "payload": change})


async def write(socket, task, percent):
    """Writes and hears both answers, in whichever order they come: the ack, and the event that everyone hears."""
    await socket.send(progress(task, percent))
    ack = event = None
    while ack is None or event is None:
        message = json.loads(await asyncio.wait_for(socket.recv(), 20))
        ack = message if message["type"] == "ack" else ack
        event = message if message["type"] == "update" else event
    assert ack["payload"]["ok"] and ack["metadata"]["correlationId"] == f"to {percent}", ack
    assert event["metadata"]["txid"] == ack["payload"]["txid"], (ack, event)
    assert event["metadata"]["correlationId"] == f"to {percent}", event
    assert event["payload"]["data"]["primary"]["progress_percentage"] == percent, event
    return event


async def main(address, token, task):
    socket = await begin(address, token)
    sync = await hear(socket, "sync")
    assert (await hear(socket, "ack"))["payload"]["of"] == "auth"
    positions, epoch = sync["payload"]["positions"], sync["payload"]["epoch"]
    event = await write(socket, task, 11)
    topic = event["metadata"]["topic"]
    assert event["metadata"]["previous"] <= positions[topic] < event["sequence"], event
    positions[topic] = event["metadata"]["position"]
    # A connection that breaks without a word.
    socket.transport.abort()

    other = await begin(address, token)
    await hear(other, "sync")
    await hear(other, "ack")
    missed = [await write(other, task, percent) for percent in (22, 33)]

    back = await begin(address, token, "?sync=none")
    await hear(back, "ack")
    await back.send(json.dumps({"type": "resume", "epoch": epoch, "positions": positions}))
    ack = await hear(back, "ack")
    assert ack["payload"]["recovered"] and ack["payload"]["replayed"] == 2, ack
    for expected in missed:
        replayed = await hear(back, "update")
        assert replayed["sequence"] == expected["sequence"], replayed
        assert replayed["metadata"]["previous"] <= positions[topic] or replayed["metadata"]["previous"] == missed[0]["sequence"]
    await back.send(progress("00000000-0000-7000-8000-00000000dead", 1))
    error = await hear(back, "error")
    assert error["payload"]["of"] == "update" and not error["payload"]["retryable"], error
    print("all of it held")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
