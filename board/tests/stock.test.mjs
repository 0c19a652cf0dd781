// A browser's own WebSocket, with nothing of ours: the protocol as docs/protocol.md says it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./browser.mjs";
import { Playground, until } from "./playground.mjs";

let playground;
let browser;
let page;
let branch;

before(async () => {
  playground = await Playground.start();
  await playground.kill();
  await playground.serve({ TIDEGATE_WEBSOCKET__QUEUE_BYTES: "20000", TIDEGATE_WEBSOCKET__AUTH_TIMEOUT: "1" });
  browser = await launch();
  page = await browser.newPage();
  // A page without our policy, as anybody's may be.
  const empty = { contentType: "text/html", body: "<!doctype html><title>A page</title>" };
  await page.route(`${playground.url}/stock.html`, (route) => route.fulfill(empty));
  await page.goto(`${playground.url}/stock.html`);
  await page.evaluate(prepare, playground.env.TIDEGATE_TOKEN);
  branch = playground.sql(
    "select b.id from work.branches b where archived_at is null and exists (select from work.projects p where p.id = b.project_id and archived_at is null) order by id limit 1",
  );
});

after(async () => {
  await browser?.close();
  await playground?.stop();
});

/** In the page: sockets that keep what they hear. */
function prepare(token) {
  globalThis.ticket = async () => {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch("/api/v2/ws-ticket", { method: "POST", headers });
    return (await answer.json()).url;
  };
  globalThis.listen = (path) => {
    const socket = new WebSocket(new URL(path, location.href.replace(/^http/, "ws")));
    const found = { socket, heard: [], closed: null };
    socket.onmessage = ({ data }) => found.heard.push(JSON.parse(data));
    socket.onclose = ({ code, reason, wasClean }) => {
      found.closed = { code, reason, wasClean };
    };
    globalThis.found = found;
  };
}

const openWithTicket = () => page.evaluate(async () => globalThis.listen(await globalThis.ticket()));
const hears = (what) =>
  page.waitForFunction((wanted) => globalThis.found.heard.some(({ type }) => type === wanted), what);
const closes = async () => {
  await page.waitForFunction(() => globalThis.found.closed);
  return page.evaluate(() => globalThis.found.closed);
};
const say = (text) => page.evaluate((said) => globalThis.found.socket.send(said), text);

test("a ticket in the address opens it, a sync comes, and an update when psql writes", async () => {
  await openWithTicket();
  await hears("sync");
  const sync = await page.evaluate(() => globalThis.found.heard[0]);
  assert.equal(sync.version, "2.0");
  assert.ok(sync.payload.summaries[branch].total_tasks > 0);
  playground.sql(`insert into work.tasks(git_branch_id, title) values ('${branch}', 'For a stock socket')`);
  await hears("update");
  const update = await page.evaluate(() => globalThis.found.heard.find(({ type }) => type === "update"));
  assert.equal(update.payload.data.primary.title, "For a stock socket");
  const [total] = update.payload.data.cascade.branches.filter(({ id }) => id === branch);
  assert.equal(total.total_tasks, sync.payload.summaries[branch].total_tasks + 1);
});

test("what it asks is answered by correlation id", async () => {
  await openWithTicket();
  await hears("sync");
  await say(JSON.stringify({ type: "subscribe", topics: [`branch:${branch}`], correlationId: "mine" }));
  await hears("ack");
  const ack = await page.evaluate(() => globalThis.found.heard.find(({ type }) => type === "ack"));
  assert.deepEqual([ack.metadata.correlationId, ack.payload.ok], ["mine", true]);
});

test("a ticket opens one socket only", async () => {
  const path = await page.evaluate(async () => {
    const found = await globalThis.ticket();
    globalThis.listen(found);
    return found;
  });
  await hears("sync");
  await page.evaluate((again) => globalThis.listen(again), path);
  assert.equal((await closes()).code, 4401);
});

test("who says nothing about themselves is closed with 4401", async () => {
  await page.evaluate(() => globalThis.listen("/ws"));
  assert.equal((await closes()).code, 4401);
});

test("who says it in a first message is let in", async () => {
  await page.evaluate(() => globalThis.listen("/ws"));
  await page.waitForFunction(() => globalThis.found.socket.readyState === WebSocket.OPEN);
  await say(JSON.stringify({ type: "auth", token: playground.env.TIDEGATE_TOKEN }));
  await hears("sync");
  await page.evaluate(() => globalThis.found.socket.close(1000));
  assert.equal((await closes()).code, 1000);
});

test("what is not JSON closes with 4400, what is too large with 4413", async () => {
  await openWithTicket();
  await hears("sync");
  await say("not JSON");
  assert.equal((await closes()).code, 4400);
  await openWithTicket();
  await hears("sync");
  await say(JSON.stringify({ type: "heartbeat", padding: "x".repeat(70_000) }));
  assert.equal((await closes()).code, 4413);
});

test("a page that does not read is closed with 4409, told to resume, and can", async () => {
  await openWithTicket();
  await hears("sync");
  const position = await page.evaluate(() => {
    const { epoch, sequence } = globalThis.found.heard.at(-1).payload;
    return { epoch, sequence };
  });
  // While its thread is busy the browser's buffers fill, then the kernel's, then the service's queue.
  const busy = page.evaluate(() => {
    const { closed } = globalThis.found;
    for (const end = Date.now() + 8000; Date.now() < end; );
    return closed;
  });
  const big = `insert into work.tasks(git_branch_id, title, description)
    select '${branch}', 'big', repeat('x', 8000) from generate_series(1, 400)`;
  for (const end = Date.now() + 6000; Date.now() < end; ) await playground.sqlLater(big);
  assert.equal(await busy, null);
  const { code, reason } = await closes();
  assert.equal(code, 4409);
  assert.match(reason, /resume/);
  await openWithTicket();
  await hears("sync");
  await say(JSON.stringify({ type: "resume", ...position, topics: [], correlationId: "back" }));
  await hears("ack");
  const closed = () => page.evaluate(() => globalThis.found.closed);
  await until("it goes on", async () => (await closed()) === null);
});

test("when the service goes it says so, with 1012", async () => {
  await openWithTicket();
  await hears("sync");
  await playground.end();
  const { code, reason } = await closes();
  assert.equal(code, 1012);
  assert.match(reason, /resume/);
});
