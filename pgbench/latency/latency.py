#!/usr/bin/env python3
"""Commit to client: writes single rows at a steady rate and waits for each on /ws.

A write is recognised by its txid in metadata (a bulk names it per update). The clock starts when
Postgres has acknowledged the commit; a message that overtakes the acknowledgement counts as 0.
Prints: p50 p95 p99 max in milliseconds, writes, messages heard, writes never heard.
"""
import argparse
import asyncio
import json
import time

import asyncpg
import websockets

PROJECT_TASKS = range(39, 50_000, 40)  # the tasks of project 1 (pgbench/tasks.sql)
UPDATE = """
update work.tasks set progress_percentage = (progress_percentage + 1) % 101
where id = lpad($1::text, 32, '0')::uuid returning pg_current_xact_id()::text
"""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="ws://127.0.0.1:8000/ws?sync=none")
    parser.add_argument("--token", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--topic", default="project:00000000-0000-0000-0000-000000000001")
    parser.add_argument("--rate", type=float, default=100)
    parser.add_argument("--seconds", type=float, default=20)
    return parser.parse_args()


def transactions(message):
    """The txids that a message tells of."""
    if message["type"] == "bulk":
        return {str(update.get("txid")) for update in message["payload"].get("updates", ())}
    return {str(message.get("metadata", {}).get("txid"))}


class Ear:
    """Hears the socket and remembers when each transaction arrived first."""

    def __init__(self, socket):
        self.socket, self.heard, self.messages = socket, {}, 0

    async def listen(self):
        async for frame in self.socket:
            now = time.perf_counter()
            message = json.loads(frame)
            if message["type"] not in ("update", "bulk"):
                continue
            self.messages += 1
            for txid in transactions(message):
                self.heard.setdefault(txid, now)

    async def subscribe(self, topic):
        await self.socket.send(json.dumps({"type": "subscribe", "topics": [topic], "correlationId": "bench"}))
        async for frame in self.socket:
            message = json.loads(frame)
            if message.get("metadata", {}).get("correlationId") == "bench":
                if message["type"] == "error" or topic in json.dumps(message["payload"].get("refused", [])):
                    raise SystemExit(f"not subscribed: {frame}")
                return


async def write(pool, number, committed):
    txid = await pool.fetchval(UPDATE, str(number))
    committed[txid] = time.perf_counter()


async def write_steadily(pool, rate, seconds):
    """Starts a write every 1/rate s, whether or not the last has returned; an open system."""
    committed, running = {}, set()
    began = time.perf_counter()
    for turn in range(int(rate * seconds)):
        await asyncio.sleep(max(0, began + turn / rate - time.perf_counter()))
        task = asyncio.create_task(write(pool, PROJECT_TASKS[turn % len(PROJECT_TASKS)], committed))
        running.add(task)
        task.add_done_callback(running.discard)
    await asyncio.gather(*running)
    return committed


def summary(committed, ear):
    delays = sorted(max(0.0, ear.heard[t] - at) * 1000 for t, at in committed.items() if t in ear.heard)
    if not delays:
        raise SystemExit(f"none of {len(committed)} writes was heard ({ear.messages} messages)")
    points = [delays[int((len(delays) - 1) * share)] for share in (0.5, 0.95, 0.99, 1)]
    return " ".join(f"{p:.2f}" for p in points) + f" {len(committed)} {ear.messages} {len(committed) - len(delays)}"


async def main():
    given = arguments()
    headers = {"Authorization": f"Bearer {given.token}"}
    pool = await asyncpg.create_pool(given.database, min_size=4, max_size=4)
    async with websockets.connect(given.url, additional_headers=headers, max_size=None) as socket:
        ear = Ear(socket)
        await ear.subscribe(given.topic)
        listening = asyncio.create_task(ear.listen())
        await write_steadily(pool, 20, 1)  # connections and plans are warm
        committed = await write_steadily(pool, given.rate, given.seconds)
        deadline = time.perf_counter() + 5
        while not committed.keys() <= ear.heard.keys() and time.perf_counter() < deadline:
            await asyncio.sleep(0.05)
        listening.cancel()
        print(summary(committed, ear))
    await pool.close()


asyncio.run(main())
