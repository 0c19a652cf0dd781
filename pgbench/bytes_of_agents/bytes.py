"""Writes 1,000 changes as an AI agent, a transaction each, and prints how many bytes and messages a client gets for them."""

import argparse
import asyncio
import json

import asyncpg
import websockets

CHANGES = 1000


async def write(database):
    connection = await asyncpg.connect(database)
    await connection.execute("set tide.source = 'mcp-ai'")
    tasks = await connection.fetch("select id from work.tasks where project_id = lpad('1', 32, '0')::uuid limit 100")
    for number in range(CHANGES):
        await connection.execute(
            "update work.tasks set title = $1, progress_percentage = $2 where id = $3",
            f"agent {number}", number % 101, tasks[number % 100]["id"])
    await connection.close()


async def main():
    parser = argparse.ArgumentParser()
    for name in ("--url", "--token", "--database"):
        parser.add_argument(name, required=True)
    options = parser.parse_args()
    headers = {"Authorization": f"Bearer {options.token}"}
    size = messages = 0
    last = f"agent {CHANGES - 1}"
    async with websockets.connect(options.url, additional_headers=headers, max_size=None) as socket:
        await socket.recv()
        writing = asyncio.create_task(write(options.database))
        while True:
            text = await asyncio.wait_for(socket.recv(), 60)
            message = json.loads(text)
            if message["type"] not in ("update", "bulk"):
                continue
            size, messages = size + len(text.encode()), messages + 1
            primary = message["payload"]["data"]["primary"]
            if any(row.get("title") == last for row in (primary if isinstance(primary, list) else [primary])):
                break
        await writing
    print(size, messages)


asyncio.run(main())
