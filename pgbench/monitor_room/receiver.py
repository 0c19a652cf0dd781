"""A fast endpoint for webhooks, and one that never answers.

Listens on two ports of this machine. The first takes everything and notes when and in which order it came; the
second reads and says nothing. A line on standard input ends it: then it prints one JSON object with the number of
messages, how many a second between the first and the last, how many came twice or out of order on their topic, and
percentiles of the time from the change's commit to its arrival, in milliseconds.
"""

import argparse
import asyncio
import json
import sys
import time

TAKEN = b"HTTP/1.1 204 No Content\r\n\r\n"


class Heard:
    def __init__(self):
        self.first = self.last = None
        self.took, self.seen, self.latest = [], set(), {}
        self.twice = self.late = 0

    def note(self, headers, body):
        self.last = time.time()
        self.first = self.first or self.last
        message = json.loads(body)
        self.took.append(self.last * 1000 - message["timestamp"])
        name = headers.split(b"webhook-id: ", 1)[1].split(b"\r\n", 1)[0]
        if name in self.seen:
            self.twice += 1
            return
        self.seen.add(name)
        topic = message["metadata"]["topic"]
        self.late += message["sequence"] < self.latest.get(topic, 0)
        self.latest[topic] = message["sequence"]

    def told(self):
        took = sorted(self.took)
        at = lambda part: round(took[min(len(took) - 1, int(len(took) * part))], 1) if took else None
        seconds = (self.last or 0) - (self.first or 0)
        return {"count": len(took), "per_second": round(len(took) / seconds) if seconds else 0, "twice": self.twice,
                "out_of_order": self.late, "p50": at(0.5), "p99": at(0.99)}


class Endpoint(asyncio.Protocol):
    def __init__(self, heard):
        self.heard, self.buffer = heard, b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        if self.heard is None:
            return
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            headers = self.buffer[:end + 2].lower()
            length = int(headers.split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0])
            if len(self.buffer) < end + 4 + length:
                return
            body, self.buffer = self.buffer[end + 4:end + 4 + length], self.buffer[end + 4 + length:]
            self.heard.note(headers, body)
            self.transport.write(TAKEN)


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--silent-port", type=int, required=True)
    options = parser.parse_args()
    heard, loop = Heard(), asyncio.get_running_loop()
    await loop.create_server(lambda: Endpoint(heard), "127.0.0.1", options.port)
    await loop.create_server(lambda: Endpoint(None), "127.0.0.1", options.silent_port)
    await loop.run_in_executor(None, sys.stdin.readline)
    print(json.dumps(heard.told()))


asyncio.run(main())
