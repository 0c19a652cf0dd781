import { describe, expect, it, vi } from "vitest";
import type { Write } from "../src/index.js";
import { PROJECT } from "./support/fake-service.js";
import { connectTo, fakeTime, liveWorld, pass, serviceWithProject, taskOf } from "./support/world.js";

fakeTime();

const done = (id: string): Write => ({ entity: "task", action: "update", data: { id, status: "done" } });

describe("a write", () => {
  it("of what a socket does not take goes by a request, with its id as idempotency key", async () => {
    const { client, service } = await liveWorld();
    const renamed = client.update({
      entity: "project",
      action: "update",
      data: { id: "p1", name: "Harbor two" },
    });
    expect(client.store.get("projects", "p1")).toMatchObject({ name: "Harbor two" });
    const [id] = client.pending.map((record) => record.id);
    await pass();
    await renamed;
    expect(service.requests).toEqual(["PATCH /projects/p1"]);
    expect(service.keys).toEqual([id]);
    expect(service.heard.map(({ type }) => type)).not.toContain("update");
  });

  it("is shown at once, performed, and confirmed by its echo without a flicker", async () => {
    const { client, service, sets } = await liveWorld();
    service.commit(taskOf("t1", { status: "todo", title: "T" }));
    sets.length = 0;
    const written = client.update(done("t1"));
    expect(client.store.get("tasks", "t1")).toMatchObject({ status: "done", title: "T" });
    await pass();
    await expect(written).resolves.toMatchObject({ id: "t1", txid: expect.any(String) });
    expect(sets.map(({ cause, changes }) => [cause, changes[0]?.after?.status])).toEqual([
      ["optimistic", "done"],
      ["message", "done"],
    ]);
    expect(client.store.patches.size).toBe(0);
    expect(client.pending).toEqual([]);
  });

  it("that is refused is taken back alone, over what came meanwhile", async () => {
    const { client, service } = await liveWorld();
    service.commit(taskOf("t1", { status: "todo", title: "old" }));
    service.refusal = { code: "forbidden", message: "you may not", retryable: false };
    const refused = expect(client.update(done("t1"))).rejects.toMatchObject({
      code: "forbidden",
      reason: "you may not",
    });
    service.commit(taskOf("t1", { status: "blocked", title: "new" }));
    expect(client.store.get("tasks", "t1")).toMatchObject({ status: "done", title: "new" });
    await pass();
    await refused;
    expect(client.store.get("tasks", "t1")).toMatchObject({ status: "blocked", title: "new" });
  });

  it("that is refused shows first what agents wrote before", async () => {
    const { client, service, sets } = await liveWorld();
    service.commit(taskOf("t1", { status: "todo" }));
    service.refusal = { code: "refused", message: "", retryable: false };
    const refused = expect(client.update(done("t1"))).rejects.toMatchObject({ code: "refused" });
    service.commit({ ...taskOf("t1", { status: "in_progress" }), source: "mcp-ai" });
    service.release();
    await pass();
    await refused;
    expect(sets.map(({ cause }) => cause)).toEqual(["message", "optimistic", "message", "rejected"]);
    expect(client.store.get("tasks", "t1")).toMatchObject({ status: "in_progress" });
  });

  it("that may be refused only for now is sent again", async () => {
    const { client, service } = await liveWorld();
    service.refusal = { code: "try_again", message: "", retryable: true };
    const written = client.update(done("t1"));
    await pass();
    expect(client.pending).toHaveLength(1);
    service.refusal = undefined;
    await pass(500);
    await expect(written).resolves.toMatchObject({ id: "t1" });
  });

  it("makes an id for what it creates, so that its echo is the same thing", async () => {
    const { client } = await liveWorld();
    const written = client.update({
      entity: "task",
      action: "create",
      data: { git_branch_id: "b1", title: "N" },
    });
    const [id] = [...client.store.all("tasks").keys()];
    await pass();
    await expect(written).resolves.toMatchObject({ id });
    expect([...client.store.all("tasks").keys()]).toEqual([id]);
  });

  it("that makes no event is not shown for ever", async () => {
    const { client, service } = await liveWorld();
    service.commit(taskOf("t1", { status: "done" }));
    service.write = () => ({ txid: "silent", id: "t1" });
    await Promise.all([client.update(done("t1")), pass()]);
    expect(client.store.patches.size).toBe(1);
    await pass(10_000);
    expect(client.store.patches.size).toBe(0);
  });

  it("may say what else it is expected to do", async () => {
    const { client } = await liveWorld();
    const effects = [{ kind: "branches", id: "b1", fields: { total_tasks: 1 } }];
    const written = client.update(done("t1"), { effects });
    expect(client.store.get("branches", "b1")).toMatchObject({ total_tasks: 1 });
    await Promise.all([written, pass()]);
    expect(client.store.get("branches", "b1")).toMatchObject({ total_tasks: 0 });
  });
});

describe("writes without a connection", () => {
  it("wait, in order, and leave when there is one", async () => {
    const { client, service } = await liveWorld();
    service.commit(taskOf("t1", {}), taskOf("t2", {}));
    client.pause();
    const written = Promise.all([client.update(done("t2")), client.update(done("t1"))]);
    await pass(5_000);
    expect(client.pending.map(({ change }) => change.data.id)).toEqual(["t2", "t1"]);
    expect(client.store.get("tasks", "t1")).toMatchObject({ status: "done" });
    client.resume();
    await pass();
    await expect(written).resolves.toMatchObject([{ id: "t2" }, { id: "t1" }]);
  });

  it("are refused when too many wait", async () => {
    const { client } = await liveWorld({ outboxMax: 1 });
    client.pause();
    const first = client.update(done("t1"));
    await expect(client.update(done("t2"))).rejects.toMatchObject({ code: "outbox_full", retryable: true });
    expect([...client.store.patches.keys()]).toHaveLength(1);
    client.resume();
    await Promise.all([first, pass()]);
  });

  it("leave by plain requests while the client polls, with a key that makes repeating them harmless", async () => {
    const service = serviceWithProject();
    service.refusesSockets = true;
    const { client } = connectTo(service);
    await pass(10_000);
    expect(client.state.status).toBe("polling");
    const written = client.update(done("t1"));
    const id = client.pending[0]?.id;
    await pass();
    await expect(written).resolves.toMatchObject({ id: "t1" });
    expect(service.requests).toContain("PATCH /tasks/t1");
    expect(service.keys).toContain(id);
    await pass(2_000);
    expect(client.store.patches.size).toBe(0);
  });
});

describe("a client that is closed", () => {
  it("leaves no timer behind, even with a write under way", async () => {
    const { client, service } = await liveWorld();
    service.refusal = "silence";
    void client.update(done("t1"));
    await pass();
    client.close();
    await pass();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a write that is too large", () => {
  it("is refused for good, and the connection is made again", async () => {
    const { client, service } = await liveWorld();
    service.refusal = "silence";
    const refused = expect(client.update(done("t1"))).rejects.toMatchObject({
      code: "too_large",
      retryable: false,
    });
    await pass();
    service.hangUp(4413, "message too large");
    await pass(500);
    await refused;
    expect(client.state.status).toBe("live");
    expect(service.heard.filter(({ type }) => type === "update")).toHaveLength(1);
  });
});

describe("a write whose answer was lost", () => {
  it("is not sent again when its echo is seen", async () => {
    const { client, service } = await liveWorld();
    service.refusal = "silence";
    const written = client.update(done("t1"));
    await pass();
    const id = client.pending[0]?.id as string;
    service.hangUp();
    service.refusal = undefined;
    service.commit({ ...taskOf("t1", { status: "done" }), correlationId: id });
    await pass(1_000);
    await expect(written).resolves.toEqual({});
    expect(service.heard.filter(({ type }) => type === "update")).toHaveLength(1);
    expect(service.heard.at(-1)).toMatchObject({ type: "resume", positions: { [PROJECT]: 0 } });
  });

  it("is sent again with the same id when it is not", async () => {
    const { client, service } = await liveWorld();
    service.refusal = "silence";
    const written = client.update(done("t1"));
    await pass();
    service.hangUp();
    service.refusal = undefined;
    await pass(1_000);
    await expect(written).resolves.toMatchObject({ id: "t1" });
    const sent = service.heard.filter(({ type }) => type === "update");
    expect(new Set(sent.map(({ correlationId }) => correlationId)).size).toBe(1);
    expect(sent).toHaveLength(2);
  });

  it("and whose repetition finds it done before, is done", async () => {
    const { client, service } = await liveWorld();
    service.refusal = "silence";
    const written = client.update({ entity: "task", action: "delete", data: { id: "t1" } });
    await pass();
    service.hangUp();
    service.refusal = { code: "not_found", message: "", retryable: false };
    await pass(1_000);
    await expect(written).resolves.toEqual({});
  });
});
