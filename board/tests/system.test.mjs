// What operators are told and what is delivered, in the System view, against a real service and a receiver of its own.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { launch } from "./browser.mjs";
import { Playground, until } from "./playground.mjs";

const axe = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const complaints = [];
const received = [];
let playground;
let browser;
let receiver;
let page;
/** What the receiver answers. */
let answer = 503;

before(async () => {
  receiver = createServer((request, response) => {
    let body = "";
    request.on("data", (data) => {
      body += data;
    });
    request.on("end", () => {
      received.push({ id: request.headers["webhook-id"], body });
      response.writeHead(answer, { "content-type": "text/plain" }).end(`said ${answer}`);
    });
  }).listen(0, "127.0.0.1");
  await once(receiver, "listening");
  playground = await Playground.start({ TIDEGATE_WEBHOOKS__ALLOWED_NETWORKS: "127.0.0.0/8" });
  // What this machine is slow at is no matter here.
  playground.sql("update monitor.rules set is_enabled = false");
  browser = await launch();
  page = await open(playground.env.TIDEGATE_ADMIN_TOKEN);
});

after(async () => {
  await browser?.close();
  await playground?.stop();
  receiver?.close();
});

async function open(token) {
  const context = await browser.newContext();
  const opened = await context.newPage();
  opened.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  opened.on("pageerror", (error) => complaints.push(String(error)));
  await opened.goto(`${playground.url}/#token=${token}`);
  await opened.locator("#connection[data-status=live]").waitFor();
  await opened.locator('nav#nav a[href="#/system"]').click();
  await opened.locator("main .system").waitFor();
  return opened;
}

const go = async (name) => {
  await page.getByRole("navigation", { name: "Pages of the system" }).getByRole("link", { name }).click();
  await page.locator('.pages a[aria-current="page"]', { hasText: name }).waitFor();
};

const alertOf = (title) => page.locator(".alert", { hasText: title });

test("where nothing needs anybody, the page says how an alert is raised", async () => {
  await page.locator(".empty", { hasText: "insert into monitor.alerts" }).waitFor();
  await page.locator(".empty", { hasText: "Everything is as usual" }).waitFor();
});

test("an alert raised by SQL is shown within 500 ms", async () => {
  // Looked at in the page, so that the driver's own delay does not count.
  const seen = page.evaluate(
    () =>
      new Promise((resolve) => {
        const look = () => document.querySelector(".alert h3") && resolve(Date.now());
        new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
        look();
      }),
  );
  const committed = playground.sql(
    `insert into monitor.alerts (key, title, severity, detail)
     values ('orders', 'Orders have stopped', 'critical', '{"queue": "eu-1"}');
     select (extract(epoch from clock_timestamp()) * 1000)::bigint`,
  );
  const delay = (await seen) - Number(committed);
  await page.locator("nav#nav").getByRole("img", { name: "1 open alert" }).waitFor();
  console.log(`  in the page after ${delay} ms`);
  assert.ok(delay < 500, `it took ${delay} ms`);
  await alertOf("Orders have stopped").locator("dd", { hasText: "eu-1" }).waitFor();
});

test("it is acknowledged in place, by the keyboard, and says by whom", async () => {
  const row = alertOf("Orders have stopped");
  await row.getByRole("button", { name: "Acknowledge" }).focus();
  await page.keyboard.press("Enter");
  await row.locator("text=acknowledged by you").waitFor();
  assert.equal(await row.getByRole("button", { name: "Acknowledge" }).count(), 0);
  await page.locator("nav#nav .badge").waitFor({ state: "detached" });
  // The keyboard's place is not lost with the button.
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Resolve");
  const status = playground.sql("select status from monitor.alerts where key = 'orders'");
  assert.equal(status, "acknowledged");
});

test("what somebody says about an alert is kept with it", async () => {
  const row = alertOf("Orders have stopped");
  await row.locator("summary", { hasText: "Comments" }).click();
  await row.locator("text=Nobody has said anything yet").waitFor();
  await row.getByLabel("Comment").fill("The queue was full");
  await page.keyboard.press("Enter");
  await row.locator(".comments li", { hasText: "you, just now: The queue was full" }).waitFor();
});

test("what happens again counts, and what is resolved elsewhere goes", async () => {
  playground.sql("insert into monitor.alerts (key, title) values ('orders', 'Orders have stopped')");
  await alertOf("seen 2 times").waitFor();
  playground.sql("select monitor.clear_alert('orders')");
  await alertOf("Orders have stopped").waitFor({ state: "detached" });
});

test("an alert is counted in every view", async () => {
  await page.locator('nav#nav a[href="#/work"]').click();
  await page.locator("main .work").waitFor();
  playground.sql("select monitor.raise_alert('disk', 'warning', 'A disk is full')");
  await page.locator("nav#nav").getByRole("img", { name: "1 open alert" }).click();
  await alertOf("A disk is full").getByRole("button", { name: "Resolve" }).click();
  await alertOf("A disk is full").waitFor({ state: "detached" });
  await page.locator("nav#nav .badge").waitFor({ state: "detached" });
});

test("what is not as usual is a sentence, while it lasts and when it is over", async () => {
  playground.sql(
    `select monitor.record('orders', 1);
     insert into monitor.anomalies (metric_id, value, usual_low, usual_high, score, sentence)
     select id, 4210, 900, 1300, 9, 'orders/min 4,210, usually 900–1,300' from monitor.metrics where name = 'orders'`,
  );
  const line = page.locator(".anomalies li", { hasText: "usually 900–1,300" });
  await line.locator("text=since").waitFor();
  playground.sql("update monitor.anomalies set ended_at = now()");
  await line.locator("text=ended").waitFor();
});

test("whoever has no webhook is told how to make one, and the line works", async () => {
  await go("Webhooks");
  const line = await page.getByLabel("A command that makes a webhook").innerText();
  const [, body] = /-d '(.+)'/.exec(line);
  const { port } = receiver.address();
  const made = await fetch(`${playground.url}/api/v1/webhooks`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${playground.env.TIDEGATE_ADMIN_TOKEN}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({ ...JSON.parse(body), name: "Orders", url: `http://127.0.0.1:${port}/in` }),
  });
  assert.equal(made.status, 201);
  await page.locator(".webhooks button", { hasText: "Orders" }).waitFor();
  await page.locator(".webhook .empty", { hasText: "Send a test" }).waitFor();
});

test("a delivery opens into its request and every attempt, and is sent again", async () => {
  await page.getByRole("button", { name: "Send a test" }).click();
  await page.locator(".webhooks .health[data-kind=failing]").waitFor();
  const row = page.locator(".deliveries > li").first();
  await row.locator("summary").focus();
  await page.keyboard.press("Enter");
  await row.locator(".attempts .health[data-kind=failing]", { hasText: "answered 503" }).first().waitFor();
  assert.match(await row.getByLabel("Reply").first().innerText(), /said 503/);
  const request = JSON.parse(await row.getByLabel("What is sent").innerText());
  assert.equal(request.type, "test");
  answer = 204;
  await row.getByRole("button", { name: "Send again" }).click();
  await row.locator("summary .health[data-kind=well]").waitFor();
  await row.locator(".attempts .health[data-kind=well]", { hasText: "answered 204" }).waitFor();
  await page.locator(".webhooks .health[data-kind=well]").waitFor();
  assert.equal(new Set(received.map(({ id }) => id)).size, 1);
});

test("what happened is replayed from a sequence, with the same ids", async () => {
  playground.sql(
    "update work.tasks set title = 'Told twice' where id = (select min(id::text)::uuid from work.tasks where git_branch_id in (select id from work.branches where project_id = (select split_part(topics[1], ':', 2)::uuid from monitor.webhooks)))",
  );
  const told = () => received.filter(({ body }) => body.includes("Told twice"));
  await until("it is delivered", () => told().length > 0);
  const { sequence } = JSON.parse(told()[0].body);
  await page.getByLabel("Replay all after sequence").fill(String(sequence - 1));
  await page.getByRole("button", { name: "Replay" }).click();
  await page.locator(".webhook .said", { hasText: "with the same ids" }).waitFor();
  await until("it is delivered again", () => told().length > 1);
  assert.equal(told()[0].id, told()[1].id);
});

test("a webhook is paused and resumed", async () => {
  await page.getByRole("button", { name: "Pause" }).click();
  await page.locator(".webhooks .health", { hasText: "paused" }).waitFor();
  await page.getByRole("button", { name: "Resume" }).click();
  await page.locator(".webhooks .health", { hasText: "well" }).waitFor();
});

test("what the service refuses of a webhook is said at its field", async () => {
  await page.getByRole("button", { name: "New webhook" }).click();
  const form = page.locator(".webhook-form");
  await form.getByLabel("URL").fill("http://10.0.0.1/in");
  await form.getByLabel("Topics").fill("monitor:alerts");
  await form.getByRole("button", { name: "Make it" }).click();
  await form.locator("#webhook-url-refusal", { hasText: "not at a public address" }).waitFor();
  assert.equal(await form.getByLabel("URL").getAttribute("aria-invalid"), "true");
  await form.getByLabel("URL").fill(`http://127.0.0.1:${receiver.address().port}/in`);
  await form.getByLabel("Topics").fill("nonsense:1");
  await form.getByRole("button", { name: "Make it" }).click();
  await form.locator("#webhook-topics-refusal", { hasText: "nothing is told" }).waitFor();
  assert.equal(await form.getByLabel("URL").getAttribute("aria-invalid"), null);
});

test("a webhook is made, and its secret is shown this once", async () => {
  const form = page.locator(".webhook-form");
  await form.getByLabel("Name").fill("Pager");
  await form.getByLabel("Topics").fill("monitor:alerts");
  await form.getByLabel("delete").uncheck();
  await form.getByRole("button", { name: "Make it" }).click();
  const secret = page.getByLabel("The webhook's secret");
  await secret.locator("code", { hasText: "whsec_" }).waitFor();
  await page.locator(".webhooks button[aria-pressed=true]", { hasText: "Pager" }).waitFor();
  assert.equal(
    playground.sql("select actions from monitor.webhooks where name = 'Pager'"),
    "{create,update}",
  );
  await secret.getByRole("button", { name: "I have it" }).click();
  await secret.waitFor({ state: "detached" });
});

test("a webhook is changed, given a new secret, and deleted when somebody is sure", async () => {
  const panel = page.locator(".webhook");
  await panel.getByRole("button", { name: "Change" }).click();
  await page.locator(".webhook-form").getByLabel("Name").fill("Night pager");
  await page.locator(".webhook-form").getByRole("button", { name: "Save" }).click();
  await panel.locator("h2", { hasText: "Night pager" }).waitFor();
  await panel.getByRole("button", { name: "New secret" }).click();
  await panel.locator(".secret", { hasText: "The former one signs beside it" }).waitFor();
  await panel.getByRole("button", { name: "Delete" }).click();
  await panel.locator(".said", { hasText: "Press again" }).waitFor();
  await panel.getByRole("button", { name: "Delete for good" }).click();
  await page.locator(".webhooks button", { hasText: "Night pager" }).waitFor({ state: "detached" });
  assert.equal(playground.sql("select count(*) from monitor.webhooks"), "1");
  // What was refused on the way, the browser says by itself.
  const isRefusal = (text) => text.includes("status of 422");
  complaints.splice(0, complaints.length, ...complaints.filter((text) => !isRefusal(text)));
});

test("the last hour is drawn, with figures for those who do not see charts", async () => {
  await go("Last hour");
  await page.locator(".chart canvas").nth(5).waitFor();
  await page.locator("th[scope=row]", { hasText: "events" }).first().waitFor();
});

test("axe finds nothing serious in any page of the system", async () => {
  playground.sql(
    "insert into monitor.alerts (title, severity) values ('One', 'critical'), ('Two', 'info'), ('Three', 'warning')",
  );
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const name of ["Now", "Last hour", "Webhooks"]) {
      await go(name);
      if (name === "Now") await alertOf("Three").waitFor();
      if (name === "Webhooks") await page.locator(".deliveries summary").first().click();
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ["violations"] }));
      const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
      const said = serious.flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ html }) => `${id}: ${html}`));
      assert.deepEqual(said, [], `${name}, ${colorScheme}`);
    }
  }
});

test("nothing is wider than a phone", async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const name of ["Now", "Last hour", "Webhooks"]) {
    await go(name);
    await page.locator(".panel").first().waitFor();
    const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(wide <= room, `${name} is ${wide} wide`);
  }
});

test("a member sees their own webhooks, and is told what administrators see", async () => {
  const member = await open(playground.env.TIDEGATE_TOKEN);
  await member.locator(".empty", { hasText: "shown to administrators" }).waitFor();
  await member.getByRole("link", { name: "Webhooks" }).click();
  await member.locator("h2", { hasText: "no webhook yet" }).waitFor();
  await member.context().close();
  assert.deepEqual(complaints, []);
});
