"""The seeds' load mix: 100 users, half of what they do is reading, a fifth writing, the rest the WebSocket.

Prints one JSON object: for each kind of request how many, how many failed, and percentiles in milliseconds; the
delay from a user's own write (REST or socket) to its event on their socket; what the cache answered.
"""

import argparse
import asyncio
import json
import random
import time

import aiohttp


class Figures:
    def __init__(self):
        self.took = {"read": [], "write": [], "socket": [], "event": []}
        self.failed = {"read": 0, "write": 0, "socket": 0, "event": 0}
        self.why = []

    def percentiles(self, kind):
        took = sorted(self.took[kind])
        at = lambda part: round(took[min(len(took) - 1, int(len(took) * part))] * 1000, 2) if took else None
        return {"count": len(took), "failed": self.failed[kind], "p50": at(0.5), "p95": at(0.95), "p99": at(0.99)}


class User:
    def __init__(self, web, figures, token, number):
        self.web, self.figures, self.number = web, figures, number
        self.headers = {"authorization": f"Bearer {token}"}
        self.waiting, self.heard, self.projects, self.tasks = {}, {}, [], []

    async def live(self, until, pause):
        async with self.web.ws_connect("/ws", headers=self.headers, max_msg_size=0) as self.socket:
            listening = asyncio.create_task(self.listen())
            await self.look_around()
            while time.monotonic() < until:
                await asyncio.sleep(random.expovariate(1 / pause))
                await random.choices([self.read, self.write, self.speak], [50, 20, 30])[0]()
            await asyncio.sleep(1)
            listening.cancel()
            self.figures.failed["event"] += len(self.waiting)

    async def look_around(self):
        self.projects = [p["id"] for p in (await self.get("/api/v2/projects"))["items"]]
        branches = await self.get(f"/api/v2/projects/{random.choice(self.projects)}/branches")
        self.branches = [b["id"] for b in branches["items"]]
        tasks = await self.get(f"/api/v2/branches/{random.choice(self.branches)}/tasks?limit=20")
        self.tasks = [t["id"] for t in tasks["items"]]

    async def get(self, path):
        async with self.web.get(path, headers=self.headers) as answer:
            return await answer.json()

    async def timed(self, kind, action):
        began = time.monotonic()
        try:
            await action
            self.figures.took[kind].append(time.monotonic() - began)
        except Exception as error:  # whatever it is, it is counted and named
            self.figures.failed[kind] += 1
            self.figures.why.append(repr(error)[:200])

    async def read(self):
        paths = [f"/api/v2/projects/{random.choice(self.projects)}/summary",
                 f"/api/v2/branches/{random.choice(self.branches)}/summary",
                 f"/api/v2/branches/{random.choice(self.branches)}/tasks?limit=20"]
        if random.random() < 0.4:
            request = self.web.post("/api/v2/branches/summaries/bulk", json={}, headers=self.headers)
        else:
            request = self.web.get(random.choices(paths, [45, 45, 10])[0], headers=self.headers)
        await self.timed("read", self.answered(request))

    async def answered(self, request):
        async with request as answer:
            body = await answer.read()
            if answer.status >= 400:
                raise RuntimeError(f"{answer.status} {body[:120]}")
            return json.loads(body)

    async def write(self):
        async def action():
            began = time.monotonic()
            # Never what it was: a write that changes nothing makes no event.
            change = {"title": f"task {random.random()}", "progress_percentage": random.randint(0, 100)}
            request = self.web.patch(f"/api/v2/tasks/{random.choice(self.tasks)}", json=change, headers=self.headers)
            txid = (await self.answered(request)).get("txid")
            if str(txid) in self.heard:
                self.figures.took["event"].append(self.heard.pop(str(txid)) - began)
            elif txid:
                self.waiting[str(txid)] = began

        await self.timed("write", action())

    async def speak(self):
        async def action():
            name = f"{self.number}-{random.random()}"
            answer = self.waiting[name] = asyncio.get_running_loop().create_future()
            primary = {"id": random.choice(self.tasks), "progress_percentage": random.randint(0, 100)}
            update = {"entity": "task", "action": "update", "data": {"primary": primary}}
            await self.socket.send_json({"type": "update", "correlationId": name, "payload": update})
            await asyncio.wait_for(answer, 10)

        await self.timed("socket", action())

    async def listen(self):
        async for frame in self.socket:
            message = json.loads(frame.data)
            if message["type"] in ("ack", "error"):
                answer = self.waiting.pop(message["metadata"].get("correlationId"), None)
                if answer is None or answer.done():
                    continue
                if message["type"] == "ack":
                    answer.set_result(None)
                else:
                    answer.set_exception(RuntimeError(json.dumps(message["payload"])))
            elif message["type"] in ("update", "bulk"):
                updates = message["payload"].get("updates", [])
                for txid in {message["metadata"].get("txid"), *(u.get("txid") for u in updates)}:
                    began = self.waiting.pop(txid, None)
                    if began is None:
                        # Perhaps of a write whose answer is still on its way.
                        self.heard[txid] = time.monotonic()
                    else:
                        self.figures.took["event"].append(time.monotonic() - began)


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--tokens", required=True, help="a file with one token for each user")
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--pause", type=float, default=1.0, help="mean seconds between two things that a user does")
    options = parser.parse_args()
    with open(options.tokens, encoding="utf-8") as file:
        tokens = file.read().split()
    figures, until = Figures(), time.monotonic() + options.seconds
    async with aiohttp.ClientSession(options.url, connector=aiohttp.TCPConnector(limit=0)) as web:
        users = [User(web, figures, token, number) for number, token in enumerate(tokens)]
        await asyncio.gather(*(user.live(until, options.pause) for user in users))
        async with web.get("/metrics") as answer:
            page = await answer.text()
    found = {kind: figures.percentiles(kind) for kind in figures.took}
    found["cache_hit_ratio"] = next((float(line.split()[1]) for line in page.splitlines() if line.startswith("cache_hit_ratio ")), None)
    found["why"] = figures.why[:5]
    print(json.dumps(found))


asyncio.run(main())
