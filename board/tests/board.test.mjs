// The page in a browser, against a real service. What went wrong in the browser at any time fails the last test.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { launch } from "./browser.mjs";
import { look } from "./harness.mjs";
import { Playground, until } from "./playground.mjs";

const axe = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const complaints = [];
const strangers = [];
let playground;
let browser;
let page;
let branch;

before(async () => {
  playground = await Playground.start();
  browser = await launch();
  page = await open(browser);
  const found = playground.sql(
    "select git_branch_id, min(id::text) from work.tasks group by 1 order by count(*) desc, 1 limit 1",
  );
  const [id, task] = found.split("|");
  branch = { id, task };
});

after(async () => {
  await browser?.close();
  await playground?.stop();
});

async function open(context, token = playground.env.TIDEGATE_TOKEN) {
  const opened = await context.newPage();
  opened.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  opened.on("pageerror", (error) => complaints.push(String(error)));
  opened.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(playground.url) && !/^(blob|data):/.test(url)) strangers.push(url);
  });
  opened.on("websocket", (socket) => {
    if (new URL(socket.url()).host !== new URL(playground.url).host) strangers.push(socket.url());
  });
  await opened.goto(`${playground.url}/#token=${token}`);
  await opened.locator("#connection[data-status=live]").waitFor();
  return opened;
}

const go = async (view) => {
  await page.locator(`nav#nav a[href="#/${view}"]`).click();
  await page.locator(`main .${view}`).waitFor();
};

test("a token in the address signs in and leaves the address", async () => {
  assert.equal(new URL(page.url()).hash, "#/work");
  await page.locator(".card").first().waitFor();
});

test("a row typed by SQL is on its card within 500 ms", async () => {
  const card = page.locator(`[data-branch="${branch.id}"]`);
  const total = () => card.locator(".bar").getAttribute("aria-label");
  await card.scrollIntoViewIfNeeded();
  const [, count] = /of (\d+) tasks/.exec(await total());
  // Looked at in the page, so that the driver's own delay does not count.
  const seen = page.evaluate(
    ([id, wanted]) =>
      new Promise((resolve) => {
        const bar = document.querySelector(`[data-branch="${id}"] .bar`);
        const look = () => bar.ariaLabel.includes(`of ${wanted} tasks`) && resolve(Date.now());
        new MutationObserver(look).observe(bar, { attributes: true });
        look();
      }),
    [branch.id, Number(count) + 1],
  );
  const title = "Typed by SQL";
  const committed = playground.sql(
    `insert into work.tasks(git_branch_id, title) values ('${branch.id}', '${title}');
     select (extract(epoch from clock_timestamp()) * 1000)::bigint`,
  );
  const delay = (await seen) - Number(committed);
  console.log(`  on the card after ${delay} ms`);
  assert.ok(delay < 500, `it took ${delay} ms`);
  await page.locator(".news", { hasText: title }).waitFor();
});

test("a refused edit goes back, with the reason", async () => {
  await page.goto(`${playground.url}/#/work/${branch.id}`);
  const row = page.locator(`[data-task="${branch.task}"]`);
  const title = row.getByLabel("Title");
  await title.waitFor();
  const before = await title.inputValue();
  await title.fill("   ");
  await title.press("Enter");
  await row.locator(".refusal", { hasText: "task_title_is_not_blank" }).waitFor();
  await until("the title is back", async () => (await title.inputValue()) === before);
});

test("an accepted edit is in the database and marked as a person's", async () => {
  const row = page.locator(`[data-task="${branch.task}"]`);
  await row.getByLabel("Title").fill("Renamed in the page");
  await row.getByLabel("Title").press("Enter");
  const title = () => playground.sql(`select title from work.tasks where id = '${branch.task}'`);
  await until("it is written", () => title() === "Renamed in the page");
  await row.locator(".mark[data-source=user]").waitFor();
  assert.equal(await row.locator(".refusal:visible").count(), 0);
});

test("what is deleted by SQL leaves the tree", async () => {
  const id = playground.sql(
    `insert into work.tasks(git_branch_id, title) values ('${branch.id}', 'Short-lived') returning id`,
  );
  const row = page.locator(`[data-task="${id}"]`);
  await row.waitFor();
  playground.sql(`delete from work.tasks where id = '${id}'`);
  await row.waitFor({ state: "detached" });
});

test("the inspector pauses, filters and says why a topic is refused", async () => {
  await go("stream");
  await page.getByRole("button", { name: "Pause" }).click();
  playground.sql(`update work.tasks set title = 'While paused' where id = '${branch.task}'`);
  await page.locator("text=1 came since").waitFor();
  assert.equal(await page.locator(".list-row", { hasText: "While paused" }).count(), 0);
  await page.getByRole("button", { name: "Resume" }).click();
  await page.locator(".list-row", { hasText: "While paused" }).first().click();
  await page.locator(".detail pre", { hasText: '"sequence"' }).waitFor();
  await page.getByLabel("Filter").fill("there is no such thing");
  await page.locator(".list-row").first().waitFor({ state: "detached" });
  await page.getByLabel("Filter").fill("");
  await page.getByLabel("Topic", { exact: true }).fill("project:00000000-0000-0000-0000-000000000000");
  await page.getByRole("button", { name: "Subscribe" }).click();
  await page.locator("td", { hasText: "you are not a member" }).waitFor();
});

test("messages are gone through by the keyboard", async () => {
  const list = page.getByRole("listbox", { name: "Messages, newest first" });
  await page.locator(".list-row").nth(1).waitFor();
  await list.focus();
  await page.keyboard.press("Home");
  const first = await page.locator(".detail").innerText();
  await page.keyboard.press("ArrowDown");
  assert.notEqual(await page.locator(".detail").innerText(), first);
  const active = await list.getAttribute("aria-activedescendant");
  assert.equal(await page.locator(`#${active}`).getAttribute("aria-selected"), "true");
});

test("what is exported is a message a line", async () => {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export NDJSON" }).click();
  const text = readFileSync(await (await download).path(), "utf8");
  const messages = text.trimEnd().split("\n").map(JSON.parse);
  assert.ok(messages.some(({ payload }) => payload.data?.primary?.title === "While paused"));
});

test("who comes back is told what they missed, and finds it in the stream", async () => {
  await go("work");
  await look(page, "hidden");
  await page.locator("#connection[data-status=paused]").waitFor();
  playground.sql(
    `insert into work.tasks(git_branch_id, title, status, progress_percentage)
     values ('${branch.id}', 'While nobody looked', 'done', 100)`,
  );
  await until("it is numbered", () => playground.sql("select tide.pending_count()") === "0");
  await look(page, "visible");
  const missed = page.locator(".missed");
  await missed.locator("text=1 by system").waitFor();
  await missed.locator("li", { hasText: /\d+ → \d+ done/ }).waitFor();
  await missed.getByRole("link", { name: "Show all of it in the stream" }).click();
  await page.locator(".list-row", { hasText: "While nobody looked" }).waitFor();
  assert.equal(await page.locator(".list-row", { hasText: "While paused" }).count(), 0);
  await page.getByRole("button", { name: "Show all messages again" }).click();
  await page.locator(".list-row", { hasText: "While paused" }).first().waitFor();
  await missed.getByRole("button", { name: "Dismiss" }).click();
  await missed.waitFor({ state: "detached" });
});

test("the theme is the system's, or chosen and kept, and charts follow it", async () => {
  await go("system");
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const seen = new Set();
  for (const theme of ["light", "dark"]) {
    await page.locator("#theme").click();
    assert.equal(await page.locator("html").getAttribute("data-theme"), theme);
    seen.add(await background());
    await page.locator(".chart canvas").first().waitFor();
  }
  assert.equal(seen.size, 2);
  await page.reload();
  await page.locator("#connection[data-status=live]").waitFor();
  assert.equal(await background(), [...seen][1]);
  await page.locator("#theme").click();
  await page.emulateMedia({ colorScheme: "light" });
  assert.equal(await background(), [...seen][0]);
});

test("an administrator sees the database, what is watched, and whether a total has drifted", async () => {
  const context = await browser.newContext();
  const admin = await open(context, playground.env.TIDEGATE_ADMIN_TOKEN);
  await admin.locator('nav a[href="#/system"]').click();
  await admin.locator(".database th", { hasText: "work.tasks" }).waitFor();
  await admin.locator("dt", { hasText: "Found in memory" }).waitFor();
  const check = admin.getByRole("button", { name: "Check for drift" });
  await check.click();
  await admin.locator(".exact").waitFor();
  const tamper = (by) =>
    playground.sql(
      `update work.branch_totals set total_tasks = total_tasks + (${by}) where branch_id = '${branch.id}'`,
    );
  tamper(3);
  await check.click();
  await admin.locator(".verdict li", { hasText: "total_tasks" }).waitFor();
  tamper(-3);
  await context.close();
});

test("where no socket opens it polls, says so, and goes back", async () => {
  const context = await browser.newContext();
  // No waiting between attempts.
  await context.addInitScript(() => {
    Math.random = () => 0.01;
  });
  let isBlocked = true;
  await context.routeWebSocket(/\/ws/, (socket) => {
    if (isBlocked) socket.close();
    else socket.connectToServer();
  });
  const opened = await context.newPage();
  await opened.goto(`${playground.url}/#token=${playground.env.TIDEGATE_TOKEN}`);
  await opened.locator("#connection[data-status=polling]").waitFor();
  await opened.locator("#notice", { hasText: "changes are fetched instead" }).waitFor();
  await opened.locator(".card").first().waitFor();
  playground.sql(`update work.tasks set title = 'Seen by polling' where id = '${branch.task}'`);
  await opened.locator(".news", { hasText: "Seen by polling" }).waitFor();
  isBlocked = false;
  await opened.locator("#connection[data-status=live]").waitFor();
  await until("the notice is gone", async () => (await opened.locator("#notice p").count()) === 0);
  await context.close();
});

test("axe finds nothing serious in any view", async () => {
  const examine = async (opened, view) => {
    await opened.evaluate(axe);
    const { violations } = await opened.evaluate(() => globalThis.axe.run({ resultTypes: ["violations"] }));
    const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
    const said = serious.map(
      ({ id, nodes }) =>
        `${view}: ${id}: ${nodes
          .slice(0, 3)
          .map(({ html }) => html)
          .join(" ")}`,
    );
    assert.deepEqual(said, []);
  };
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const view of ["work", "stream", "system"]) {
      await go(view);
      if (view === "stream") await page.locator(".list-row").first().click();
      await examine(page, `${view}, ${colorScheme}`);
    }
    await page.goto(`${playground.url}/#/work/${branch.id}`);
    await page.locator(".task").first().waitFor();
    await examine(page, `a branch, ${colorScheme}`);
  }
});

test("a view is reached by the keyboard alone", async () => {
  await page.locator(".brand").focus();
  for (const _ of ["Work", "Stream"]) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.locator("main .stream").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
});

test("an administrator sees who is connected and ends it; who was ended is told", async () => {
  const handle = playground.sql("select min(handle) from work.users where handle <> 'demo'");
  const context = () => browser.newContext();
  const guest = await open(await context(), playground.token("--user", handle));
  const admin = await open(await context(), playground.token("--user", "demo", "--role", "admin"));
  admin.on("dialog", (dialog) => dialog.accept());
  await admin.locator('nav a[href="#/system"]').click();
  await admin.getByRole("button", { name: `Disconnect ${handle}` }).click();
  await guest.locator(".sign-in .refusal", { hasText: "administrator" }).waitFor();
  await Promise.all([guest.context().close(), admin.context().close()]);
});

test("after the service was killed the page catches up", async () => {
  await page.goto(`${playground.url}/#/work/${branch.id}`);
  const row = page.locator(`[data-task="${branch.task}"]`);
  await row.waitFor();
  const quiet = complaints.length;
  await playground.kill();
  await page.locator("#notice", { hasText: "does not answer" }).waitFor();
  playground.sql(`update work.tasks set title = 'While it was away' where id = '${branch.task}'`);
  await playground.serve();
  await page.locator("#connection[data-status=live]").waitFor({ timeout: 45_000 });
  await until(
    "the row is caught up",
    async () => (await row.getByLabel("Title").inputValue()) === "While it was away",
  );
  await until("the notice is gone", async () => (await page.locator("#notice p").count()) === 0);
  // A browser says by itself that it did not reach the service.
  const refused = complaints.splice(quiet);
  assert.deepEqual(
    refused.filter((text) => !/ERR_|WebSocket/.test(text)),
    [],
  );
});

test("nobody else was asked, and the console is silent", () => {
  assert.deepEqual(strangers, []);
  // The refused edit is a refused request only where writes go by REST.
  assert.deepEqual(complaints, []);
});
