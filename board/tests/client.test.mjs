// @tidegate/client in a real browser, against a real service: what no imitation of a browser proves.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./browser.mjs";
import { look, plainPage, titled } from "./harness.mjs";
import { Playground, until } from "./playground.mjs";

let playground;
let browser;
let branch;

before(async () => {
  playground = await Playground.start();
  browser = await launch();
  branch = playground.sql("select git_branch_id from work.tasks order by id limit 1");
});

after(async () => {
  await browser?.close();
  await playground?.stop();
});

const token = () => playground.env.TIDEGATE_TOKEN;
const type = (title) =>
  playground.sql(
    `insert into work.tasks(git_branch_id, title) values ('${branch}', '${title}') returning git_branch_id`,
  );
const countOf = (title) => Number(playground.sql(`select count(*) from work.tasks where title = '${title}'`));

async function inContext(job) {
  const context = await browser.newContext();
  try {
    await job(context);
  } finally {
    await context.close();
  }
}

async function following(context, options = {}) {
  const page = await plainPage(context, playground.url);
  page.on("console", (message) => message.type() === "error" && console.log(`  ${message.text()}`));
  await page.evaluate((given) => globalThis.follow(given), { token: token(), ...options });
  return page;
}

/** Writes from a page, and does not wait for the answer. */
const write = (page, title) =>
  page.evaluate(
    ([git_branch_id, wanted]) => {
      const data = { git_branch_id, title: wanted };
      globalThis.client.update({ entity: "task", action: "create", data }).catch(() => {});
    },
    [branch, title],
  );

test("a plain page with one module script follows and writes", () =>
  inContext(async (context) => {
    const page = await following(context);
    type("Typed for a plain page");
    await titled(page, "Typed for a plain page");
    await write(page, "Written by a plain page");
    await until("it is written", () => countOf("Written by a plain page") === 1);
  }));

test("two tabs have one socket, and when the first is closed the other goes on without a gap", () =>
  inContext(async (context) => {
    const [first, second] = [await following(context), await following(context)];
    assert.deepEqual([first.sockets.length, second.sockets.length], [1, 0]);
    type("Seen by two tabs");
    await Promise.all([titled(first, "Seen by two tabs"), titled(second, "Seen by two tabs")]);
    await write(second, "Written by the tab without a socket");
    await titled(first, "Written by the tab without a socket");
    await second.waitForFunction(() => globalThis.client.store.patches.size === 0);

    await second.evaluate(() => globalThis.seen.splice(0));
    await first.close();
    type("Written while the lead changes");
    await titled(second, "Written while the lead changes");
    assert.equal(second.sockets.length, 1);
    const causes = await second.evaluate(() => globalThis.seen.map(({ cause }) => cause));
    assert.ok(!causes.includes("sync"), `by resume: ${causes}`);
  }));

test("a hidden tab has no socket, and what it missed comes by resume when it is seen", () =>
  inContext(async (context) => {
    const page = await following(context);
    const [socket] = page.sockets;
    const closed = socket.waitForEvent("close");
    await look(page, "hidden");
    await closed;
    assert.equal(await page.evaluate(() => globalThis.client.state.reason), "hidden");
    await page.evaluate(() => globalThis.seen.splice(0));
    type("Written while nobody looked");
    await look(page, "visible");
    await titled(page, "Written while nobody looked");
    assert.equal(page.sockets.length, 2);
    const causes = await page.evaluate(() => globalThis.seen.map(({ cause }) => cause));
    assert.ok(!causes.includes("sync"), `by resume: ${causes}`);
  }));

test("without a network it pauses, and is there at once when there is one", () =>
  inContext(async (context) => {
    const page = await following(context);
    await context.setOffline(true);
    await page.waitForFunction(() => globalThis.client.state.reason === "offline");
    type("Written while there was no network");
    const began = Date.now();
    await context.setOffline(false);
    await titled(page, "Written while there was no network");
    assert.ok(Date.now() - began < 2000, `${Date.now() - began} ms`);
  }));

test("what was written while the service was away survives a reload and is sent once, in order", () =>
  inContext(async (context) => {
    const page = await following(context);
    await playground.kill();
    await page.waitForFunction(() => globalThis.client.state.status !== "live");
    for (const title of ["Kept first", "Kept second"]) await write(page, title);
    await page.waitForFunction(() => globalThis.client.pending.length === 2);
    await page.reload();
    await page.waitForFunction(() => globalThis.isReady);
    // It cannot be live: nobody waits for it.
    await page.evaluate((given) => void globalThis.follow({ token: given }), token());
    await page.waitForFunction(() => globalThis.client.pending.length === 2);
    await titled(page, "Kept first");
    await playground.serve();
    await until("both are written", () => countOf("Kept first") + countOf("Kept second") === 2);
    await page.waitForFunction(() => globalThis.client.pending.length === 0);
    const order = playground.sql(
      "select string_agg(title, ', ' order by created_at) from work.tasks where title like 'Kept %'",
    );
    assert.equal(order, "Kept first, Kept second");
  }));

test("while the service is killed and comes back nothing is missed or doubled", () =>
  inContext(async (context) => {
    const page = await following(context);
    await page.evaluate(() => {
      globalThis.heard = [];
      globalThis.client.on("message", ({ sequence, payload }) => {
        const { updates = [{ sequence }] } = payload;
        for (const one of updates) globalThis.heard.push(one.sequence);
      });
    });
    const end = playground.keepWriting(
      `update work.tasks set progress_percentage = (progress_percentage + 1) % 100 where git_branch_id = '${branch}';`,
      0.05,
    );
    await page.waitForFunction(() => globalThis.heard.length > 50);
    await playground.kill();
    await page.waitForFunction(() => globalThis.client.state.status !== "live");
    await playground.serve();
    const before = await page.evaluate(() => globalThis.heard.length);
    await page.waitForFunction((had) => globalThis.heard.length > had + 50, before, { timeout: 45_000 });
    await end();
    type("The last one");
    await titled(page, "The last one");
    const heard = await page.evaluate(() => globalThis.heard);
    assert.equal(new Set(heard).size, heard.length, "nothing twice");
    const [first, last] = [Math.min(...heard), Math.max(...heard)];
    const mine = playground.sql(
      `select count(*) from tide.read(${first - 1}, 1000000) r where r.sequence <= ${last}
       and exists (select from work.project_members m join work.users u on u.id = m.user_id
         where u.handle = 'demo' and 'project:' || m.project_id = any(r.topics))`,
    );
    assert.equal(heard.length, Number(mine), "nothing missing");
  }));

test("an agent's steady stream is shown at most twice a second, and does not starve", () =>
  inContext(async (context) => {
    const page = await following(context);
    const end = playground.keepWriting(
      `select tide.act_as('mcp-ai', 'agent-steady') \\; update work.tasks set progress_percentage =
       (progress_percentage + 1) % 100 where id = (select min(id::text)::uuid from work.tasks where git_branch_id = '${branch}');`,
      0.02,
    );
    await page.waitForFunction(() => globalThis.seen.some(({ source }) => source === "mcp-ai"));
    await page.waitForTimeout(6000);
    await end();
    const times = await page.evaluate(() =>
      globalThis.seen.filter(({ source }) => source === "mcp-ai").map(({ at }) => at),
    );
    const gaps = times.slice(1).map((at, index) => at - times[index]);
    console.log(`  ${times.length} change sets in 6 s, at most ${Math.max(...gaps)} ms apart`);
    assert.ok(times.length <= 14, `${times.length} change sets`);
    assert.ok(times.length >= 6 && Math.max(...gaps) < 1500, `${gaps}`);
  }));
