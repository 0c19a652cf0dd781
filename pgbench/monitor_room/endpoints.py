"""The 14 endpoints of the monitor room, asked in turn by an administrator, once every `--pause` seconds on the mean;
and from a row that raises an alert to `alert_new` on /ws/dashboard. Prints percentiles in milliseconds as JSON.
"""

import argparse
import asyncio
import json
import random
import subprocess
import time

import aiohttp


def percentiles(took):
    took = sorted(took)
    at = lambda part: round(took[min(len(took) - 1, int(len(took) * part))] * 1000, 2) if took else None
    return {"count": len(took), "p50": at(0.5), "p95": at(0.95), "p99": at(0.99)}


class Operator:
    def __init__(self, web, token, number):
        self.web, self.number = web, number
        self.headers = {"authorization": f"Bearer {token}"}
        self.took, self.failed, self.why = {}, 0, []

    async def ask(self, name, method, path, body=None):
        began = time.monotonic()
        async with self.web.request(method, f"/api/v1{path}", json=body, headers=self.headers) as answer:
            text = await answer.read()
        self.took.setdefault(name, []).append(time.monotonic() - began)
        if answer.status >= 400:
            self.failed += 1
            self.why.append(f"{name}: {answer.status} {text[:100]}")
        return json.loads(text)

    async def look(self):
        """All 14, each once."""
        wish = {"url": "http://127.0.0.1:9/in", "topics": ["monitor:anomalies"], "name": f"bench {self.number}"}
        made = (await self.ask("create webhook", "POST", "/webhooks", wish))["id"]
        await self.ask("list webhooks", "GET", "/webhooks?limit=20")
        await self.ask("get webhook", "GET", f"/webhooks/{made}")
        await self.ask("update webhook", "PUT", f"/webhooks/{made}", {**wish, "name": "changed"})
        await self.ask("delete webhook", "DELETE", f"/webhooks/{made}")
        alerts = (await self.ask("list alerts", "GET", "/alerts?limit=20"))["items"]
        await self.ask("alert summary", "GET", "/alerts/stats/summary")
        alert = random.choice(alerts)["id"]
        await self.ask("get alert", "GET", f"/alerts/{alert}")
        await self.ask("acknowledge alert", "POST", f"/alerts/{alert}/ack", {})
        for part in ["", "/overview", "/webhooks", "/performance", "/anomalies"]:
            await self.ask(f"dashboard{part}", "GET", f"/dashboard{part}")

    async def live(self, until, pause):
        while time.monotonic() < until:
            await asyncio.sleep(random.expovariate(1 / pause))
            await self.look()


def is_new(message, key):
    return message["type"] == "alert_new" and message["payload"]["data"]["primary"]["key"] == key


async def alerts(web, token, until, raise_alert):
    """Seconds from before the INSERT of an alert to its message."""
    took = []
    async with web.ws_connect("/ws/dashboard", headers={"authorization": f"Bearer {token}"}, max_msg_size=0) as socket:
        await socket.receive()
        while time.monotonic() < until:
            await asyncio.sleep(0.5)
            began = time.monotonic()
            raise_alert(len(took))
            while not is_new(json.loads((await socket.receive()).data), f"bench {len(took)}"):
                pass
            took.append(time.monotonic() - began)
    return took


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--pause", type=float, default=0.5, help="mean seconds between two rounds of an operator")
    parser.add_argument("--operators", type=int, default=3)
    options = parser.parse_args()
    until = time.monotonic() + options.seconds
    psql = subprocess.Popen(["psql", "--no-psqlrc", "-qAt", options.database], stdin=subprocess.PIPE, text=True)

    def raise_alert(number):
        psql.stdin.write(f"insert into monitor.alerts (key, title) values ('bench {number}', 'raised by the bench');\n")
        psql.stdin.flush()

    raise_alert(-1)
    await asyncio.sleep(1)
    async with aiohttp.ClientSession(options.url, connector=aiohttp.TCPConnector(limit=0)) as web:
        operators = [Operator(web, options.token, number) for number in range(options.operators)]
        *_, alert = await asyncio.gather(*(one.live(until, options.pause) for one in operators),
                                         alerts(web, options.token, until, raise_alert))
    psql.stdin.close()
    psql.wait()
    names = operators[0].took
    each = {name: percentiles([took for one in operators for took in one.took.get(name, [])]) for name in names}
    slowest = max(each, key=lambda name: each[name]["p95"])
    everything = percentiles([took for one in operators for list in one.took.values() for took in list])
    print(json.dumps({"all": everything, "slowest": {"name": slowest, **each[slowest]}, "each": each, "alert": percentiles(alert),
                      "failed": sum(one.failed for one in operators), "why": [why for one in operators for why in one.why][:5]}))


asyncio.run(main())
