import { IDBFactory } from "fake-indexeddb";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Write } from "../src/index.js";
import { FakeBrowser } from "./support/fake-browser.js";
import { PROJECT } from "./support/fake-service.js";
import { connectTo, fakeTime, liveWorld, pass, serviceWithProject, taskOf } from "./support/world.js";

fakeTime();

let browser: FakeBrowser;
beforeEach(() => {
  vi.stubGlobal("indexedDB", new IDBFactory());
  browser = new FakeBrowser();
});

const done = (id: string): Write => ({ entity: "task", action: "update", data: { id, status: "done" } });
/** The database has timers of its own. */
const settle = () => pass(20);

describe("a page", () => {
  it("that is hidden disconnects, and resumes when it is seen again", async () => {
    const { client, service, statuses } = await liveWorld();
    browser.isHidden = true;
    expect(client.state).toMatchObject({ status: "paused", reason: "hidden" });
    expect(service.sockets).toEqual([]);
    service.commit(taskOf("t1", {}));
    await pass(60_000);
    browser.isHidden = false;
    await pass();
    expect(statuses).toEqual(["paused", "connecting", "catching-up", "live"]);
    expect(service.heard.at(-1)).toMatchObject({ type: "resume", positions: { [PROJECT]: 0 } });
    expect(client.store.get("tasks", "t1")).toBeDefined();
  });

  it("that is hidden stays connected, if it is told to", async () => {
    const { client } = await liveWorld({ pauseWhenHidden: false });
    browser.isHidden = true;
    expect(client.state.status).toBe("live");
  });

  it("without a network waits for it, and connects the moment it is back", async () => {
    const { client, service } = await liveWorld();
    service.refusesSockets = true;
    service.hangUp();
    await pass(3_000);
    browser.isOnline = false;
    expect(client.state).toMatchObject({ status: "paused", reason: "offline" });
    service.refusesSockets = false;
    browser.isOnline = true;
    await pass();
    expect(client.state.status).toBe("live");
  });

  it("that is seen does not wait for the next attempt", async () => {
    const { client, service } = await liveWorld();
    service.refusesSockets = true;
    service.hangUp();
    await pass(2_000);
    service.refusesSockets = false;
    browser.isHidden = false;
    await pass();
    expect(client.state.status).toBe("live");
  });

  it("that closed its client listens to nothing any more", async () => {
    const { client, service } = await liveWorld();
    client.close();
    browser.isHidden = true;
    browser.isHidden = false;
    await pass(1_000);
    expect(service.connections).toBe(1);
  });
});

describe("tabs of one scope", () => {
  const tabs = async () => {
    const service = serviceWithProject();
    const first = await liveWorld({ scope: "demo" }, service);
    await settle();
    const second = connectTo(service, { scope: "demo" });
    await settle();
    return { service, first: first.client, second: second.client, seen: second.sets };
  };

  it("share one socket and show the same", async () => {
    const { service, first, second } = await tabs();
    expect(service.connections).toBe(1);
    expect(second.state).toMatchObject({ status: "live", position: { sequence: 0 } });
    expect(second.store.get("branches", "b1")).toEqual(first.store.get("branches", "b1"));
    service.commit(taskOf("t1", {}));
    await pass();
    expect(second.store.get("tasks", "t1")).toBeDefined();
    expect(second.state.position).toEqual({ epoch: "e1", sequence: 1 });
  });

  it("have a socket each when they are told to, or when the user is not known", async () => {
    const service = serviceWithProject();
    for (const options of [{ scope: "demo", tabs: false }, { scope: "demo", tabs: false }, {}, {}]) {
      connectTo(service, options);
    }
    await settle();
    expect(service.connections).toBe(4);
  });

  it("go on without the one that led, from where they stand", async () => {
    const { service, first, second } = await tabs();
    service.commit(taskOf("t1", {}));
    await pass();
    first.close();
    service.commit(taskOf("t2", {}));
    await settle();
    expect(service.connections).toBe(2);
    expect(service.heard.at(-1)).toMatchObject({ type: "resume", positions: { [PROJECT]: 1 } });
    expect(second.state.status).toBe("live");
    expect([...second.store.all("tasks").keys()]).toEqual(["t1", "t2"]);
  });

  it("follow what each of them wants", async () => {
    const { service, first, second } = await tabs();
    service.projects.set("p2", { id: "p2", project_id: "p2", name: "Juniper" });
    second.subscribe(["project:p2"]);
    await pass();
    expect(second.store.get("projects", "p2")).toBeDefined();
    expect(second.subscription("project:p2")).toMatchObject({ status: "live" });
    expect(first.topics).toEqual([PROJECT, "project:p2"]);
  });

  it("are told how the connection stands, errors included", async () => {
    const { service, second } = await tabs();
    service.hangUp();
    await pass();
    expect(second.state).toMatchObject({
      status: "connecting",
      reason: { code: "closed_1012", retryable: true },
    });
    await pass(500);
    expect(second.state.status).toBe("live");
  });

  it("that lost track ask how things stand", async () => {
    const { service, first, second } = await tabs();
    first.pause();
    await settle();
    // The second leads now; the first comes back as one that follows, and missed this.
    service.commit(taskOf("t1", {}, 5));
    first.resume();
    await settle();
    expect(first.state.status).toBe("live");
    expect(first.store.get("branches", "b1")).toMatchObject({ total_tasks: 5 });
    service.commit(taskOf("t2", {}, 6));
    await pass();
    expect(first.store.get("tasks", "t2")).toBeDefined();
    expect(second.store.get("tasks", "t2")).toBeDefined();
  });

  it("send their writes by the one that leads, and each learns the outcome of its own", async () => {
    const { service, first, second } = await tabs();
    service.commit(taskOf("t1", { status: "todo" }));
    await pass();
    const written = second.update(done("t1"));
    expect(second.store.get("tasks", "t1")).toMatchObject({ status: "done" });
    await settle();
    await expect(written).resolves.toMatchObject({ id: "t1", txid: expect.any(String) });
    expect(service.heard.filter(({ type }) => type === "update")).toHaveLength(1);
    expect([first.pending, second.pending]).toEqual([[], []]);

    service.refusal = { code: "forbidden", message: "", retryable: false };
    const refused = expect(second.update(done("t2"))).rejects.toMatchObject({ code: "forbidden" });
    await settle();
    await refused;
  });
});

describe("the outbox", () => {
  it("survives a reload: what was written without a connection is shown and sent by the next page", async () => {
    const service = serviceWithProject();
    const { client } = await liveWorld({ scope: "demo" }, service);
    service.commit(taskOf("t1", { status: "todo" }), taskOf("t2", { status: "todo" }));
    client.pause();
    void client.update(done("t2"));
    void client.update(done("t1"));
    await settle();
    client.close();

    service.refusesSockets = true;
    const after = connectTo(service, { scope: "demo" });
    await settle();
    expect(after.client.pending.map(({ change }) => change.data.id)).toEqual(["t2", "t1"]);
    expect(after.client.store.patches.size).toBe(2);
    service.refusesSockets = false;
    await pass(1_000);
    const sent = service.heard.flatMap((message) =>
      message.type === "update" ? message.payload.data.primary.id : [],
    );
    expect(sent).toEqual(["t2", "t1"]);
    await settle();
    expect(after.client.pending).toEqual([]);
    expect(after.client.store.patches.size).toBe(0);

    after.client.close();
    const last = connectTo(service, { scope: "demo" });
    await settle();
    expect(last.client.pending).toEqual([]);
  });

  it("of another user stays closed", async () => {
    const { client, service } = await liveWorld({ scope: "demo" });
    client.pause();
    void client.update(done("t1"));
    await settle();
    const { client: other } = connectTo(service, { scope: "ada" });
    await settle();
    expect(other.pending).toEqual([]);
  });

  it("says so when it cannot be kept, and sends what it has", async () => {
    vi.stubGlobal("indexedDB", {
      open: () => {
        throw new DOMException("not allowed");
      },
    });
    const service = serviceWithProject();
    const { client } = connectTo(service, { scope: "demo" });
    const problems: string[] = [];
    client.on("error", ({ code }) => problems.push(code));
    await settle();
    const written = client.update(done("t1"));
    await settle();
    await expect(written).resolves.toMatchObject({ id: "t1" });
    expect(problems).toContain("outbox_not_durable");
  });
});
