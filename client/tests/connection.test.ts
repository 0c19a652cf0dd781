import { describe, expect, it, vi } from "vitest";
import { PROJECT } from "./support/fake-service.js";
import { connectTo, fakeTime, liveWorld, pass, serviceWithProject, taskOf } from "./support/world.js";

fakeTime();

describe("connecting", () => {
  it("goes from connecting by catching up to live, and then has what the snapshot says", async () => {
    const { client, statuses, service } = connectTo(serviceWithProject());
    await pass();
    expect(statuses).toEqual(["connecting", "catching-up", "live"]);
    expect(client.state).toMatchObject({ status: "live", position: { epoch: "e1", sequence: 0 }, lag: 0 });
    expect(client.store.get("branches", "b1")).toMatchObject({ total_tasks: 0 });
    expect(client.store.get("projects", "p1")).toMatchObject({ name: "Harbor" });
    expect(service.heard.map(({ type }) => type)).toEqual(["auth", "subscribe"]);
  });

  it("follows all projects of the user when no topics are named, and its own topic", async () => {
    const { client, service } = connectTo(serviceWithProject(), { topics: undefined });
    await pass();
    expect(client.topics).toEqual([PROJECT, "user:u1"]);
    expect(client.state.status).toBe("live");
    expect(service.heard.map(({ type }) => type)).toEqual(["auth", "subscribe"]);
  });

  it("says whether it catches up for the first time or again", async () => {
    const { client, service } = connectTo(serviceWithProject(), { topics: undefined });
    const reasons: unknown[] = [];
    client.on("state", (state) => {
      if (state.status === "catching-up" && state.reason !== reasons.at(-1)) reasons.push(state.reason);
    });
    await pass();
    service.hangUp();
    await pass(1_000);
    expect(reasons).toEqual(["first", "reconnect"]);
  });

  it("asks for a credential at each attempt", async () => {
    const token = vi.fn().mockReturnValueOnce("first").mockResolvedValue("second");
    const { service } = await liveWorld({ token });
    service.hangUp();
    await pass(1_000);
    expect(service.heard.flatMap((message) => ("token" in message ? message.token : []))).toEqual([
      "first",
      "second",
    ]);
  });

  it("shows a topic's state, and that it was refused", async () => {
    const service = serviceWithProject();
    service.forbidden.add("project:secret");
    const { client } = connectTo(service, { topics: [PROJECT, "project:secret"] });
    expect(client.subscription(PROJECT)).toMatchObject({ position: null });
    await pass();
    expect(client.subscription(PROJECT)).toEqual({ status: "live", position: 0, lag: 0 });
    expect(client.subscription("project:secret")).toMatchObject({ status: "closed", reason: "forbidden" });
    expect(client.subscription("project:unknown")).toBeUndefined();
  });

  it("takes further topics, and ends them", async () => {
    const { client, service } = await liveWorld();
    service.projects.set("p2", { id: "p2", project_id: "p2", name: "Juniper" });
    const topics: string[] = [];
    client.on("subscription", ({ topic, state }) => topics.push(`${topic} ${state.status}`));
    const end = client.subscribe(["project:p2"]);
    expect(client.state).toMatchObject({ status: "catching-up", reason: "subscribe" });
    await pass();
    expect(client.state.status).toBe("live");
    expect(topics).toContain("project:p2 live");
    expect(client.store.get("projects", "p2")).toBeDefined();
    end();
    expect(client.store.get("projects", "p2")).toBeUndefined();
    expect(client.store.get("projects", "p1")).toBeDefined();
    expect(client.topics).toEqual([PROJECT]);
  });

  it("hears when a topic is revoked, and lets go of what it held", async () => {
    const { client, service } = await liveWorld();
    service.forbidden.add(PROJECT);
    service.sockets[0]?.tell("error", { code: "topic_revoked", message: "no more", retryable: false });
    await pass();
    expect(client.subscription(PROJECT)).toMatchObject({ status: "closed", reason: "forbidden" });
    expect(client.store.all("branches").size).toBe(0);
  });
});

describe("messages", () => {
  it("of people are applied at once, each as one change set", async () => {
    const { client, service, sets } = await liveWorld();
    service.commit(taskOf("t1", { title: "T" }, 1));
    expect(client.store.get("tasks", "t1")).toMatchObject({ title: "T" });
    expect(client.store.get("branches", "b1")).toMatchObject({ total_tasks: 1 });
    expect(sets).toHaveLength(1);
    expect(sets[0]).toMatchObject({ cause: "message", source: "user", actor: "somebody" });
  });

  it("with several events are one change set", async () => {
    const { service, sets } = await liveWorld();
    service.commit(taskOf("t1", {}), taskOf("t2", {}), taskOf("t3", {}, 3));
    expect(sets.map(({ changes }) => changes.map(({ id }) => id))).toEqual([["t1", "t2", "t3", "b1"]]);
  });

  it("of agents wait 500 ms from the first, however many follow", async () => {
    const { client, service, sets } = await liveWorld();
    for (let at = 1; at <= 5; at++) {
      service.commit({ ...taskOf(`t${at}`, {}, at), source: "mcp-ai" });
      service.release();
      await pass(90);
    }
    expect(client.store.all("tasks").size).toBe(0);
    await pass(49);
    expect(client.store.all("tasks").size).toBe(0);
    await pass(1);
    expect(client.store.all("tasks").size).toBe(5);
    expect(sets).toHaveLength(1);
  });

  it("of agents that the service gathered do not wait again", async () => {
    const { client, service } = await liveWorld();
    const agent = (id: string) => ({ ...taskOf(id, {}), source: "mcp-ai" as const });
    service.commit(agent("t1"), agent("t2"));
    service.release(true);
    expect(client.store.all("tasks").size).toBe(2);
  });

  it("of a person do not overtake an agent's of the same row", async () => {
    const { client, service, sets } = await liveWorld();
    service.commit({ ...taskOf("t1", { title: "agent" }), source: "mcp-ai" });
    service.release();
    service.commit(taskOf("t2", {}));
    expect(client.store.get("tasks", "t1")).toBeUndefined();
    service.commit({ ...taskOf("t1", {}), action: "delete" });
    expect(sets.map(({ source }) => source)).toEqual(["user", "mcp-ai", "user"]);
    await pass(500);
    expect(client.store.get("tasks", "t1")).toBeUndefined();
  });

  it("that came before change nothing", async () => {
    const { service, sets } = await liveWorld();
    const [event] = service.commit(taskOf("t1", {}));
    const message = service.message([event as never], 0, 1);
    service.sockets[0]?.say(message);
    service.sockets[0]?.say(message);
    expect(sets).toHaveLength(1);
  });
});

describe("a gap", () => {
  it("is healed by a resume, in order, without showing what came after it first", async () => {
    const { client, service, statuses } = await liveWorld();
    const [socket] = service.sockets;
    if (socket) socket.loses = 1;
    for (const id of ["t1", "t2", "t3"]) service.commit(taskOf(id, {}));
    expect(client.store.all("tasks").size).toBe(0);
    expect(client.subscription(PROJECT)).toMatchObject({ status: "catching-up", reason: "gap", position: 0 });
    await pass();
    expect([...client.store.all("tasks").keys()]).toEqual(["t1", "t2", "t3"]);
    expect(statuses).toEqual(["catching-up", "live"]);
    expect(service.heard.map(({ type }) => type)).toEqual(["auth", "subscribe", "resume"]);
    expect(service.heard.at(-1)).toMatchObject({ type: "resume", epoch: "e1", positions: { [PROJECT]: 0 } });
    expect(service.connections).toBe(1);
  });

  it("that a resume did not heal is healed by a snapshot", async () => {
    const { client, service } = await liveWorld();
    const [socket] = service.sockets;
    if (socket) socket.loses = 1;
    service.commit(taskOf("t1", {}, 1));
    // The log has lost it too.
    service.log = [];
    service.commit(taskOf("t2", {}, 2));
    const broken = service.since.bind(service);
    vi.spyOn(service, "since").mockImplementation((topic, after) =>
      broken(topic, after).map((one) => ({ ...one, metadata: { ...one.metadata, previous: 1 } })),
    );
    await pass();
    expect(service.heard.map(({ type }) => type)).toEqual(["auth", "subscribe", "resume", "subscribe"]);
    expect(client.state).toMatchObject({ status: "live", position: { sequence: 2 } });
    expect(client.store.get("branches", "b1")).toMatchObject({ total_tasks: 2 });
  });

  it("shows how far behind the topic is while an agent's events wait at the service", async () => {
    const { client, service } = await liveWorld();
    service.commit({ ...taskOf("t1", {}), source: "mcp-ai" });
    service.commit(taskOf("t2", {}));
    expect(client.subscription(PROJECT)).toEqual({ status: "live", position: 0, lag: 2 });
    service.release();
    expect(client.subscription(PROJECT)).toEqual({ status: "live", position: 2, lag: 0 });
  });
});

describe("another epoch", () => {
  it("on a running socket makes the client ask, and start over", async () => {
    const { client, service } = await liveWorld();
    service.commit(taskOf("t1", {}, 7));
    service.failOver();
    service.branches.set("b1", { id: "b1", project_id: "p1", total_tasks: 3 });
    service.commit(taskOf("t9", {}, 3));
    await pass();
    expect(client.state).toMatchObject({ status: "live", position: { epoch: "e1'", sequence: 1 } });
    expect(client.store.get("branches", "b1")).toMatchObject({ total_tasks: 3 });
    expect(client.store.get("tasks", "t1")).toBeUndefined();
    service.commit(taskOf("t10", {}, 4));
    expect(client.store.get("branches", "b1")).toMatchObject({ total_tasks: 4 });
  });
});

describe("a connection that breaks", () => {
  it("is made again, and goes on where it was", async () => {
    const { client, service, statuses } = await liveWorld();
    service.commit(taskOf("t1", {}));
    service.hangUp();
    service.commit(taskOf("t2", {}));
    expect(client.state).toMatchObject({
      status: "connecting",
      failures: 1,
      retryInMs: 500,
      position: { sequence: 1 },
    });
    await pass(499);
    expect(service.connections).toBe(1);
    await pass(1);
    expect(statuses).toEqual(["connecting", "catching-up", "live"]);
    expect(service.heard.at(-1)).toMatchObject({ type: "resume", positions: { [PROJECT]: 1 } });
    expect([...client.store.all("tasks").keys()]).toEqual(["t1", "t2"]);
  });

  it("resumes from the position, not from the sequence: what an agent wrote meanwhile is not lost", async () => {
    const { client, service } = await liveWorld();
    service.commit({ ...taskOf("t1", {}), source: "mcp-ai" });
    service.commit(taskOf("t2", {}));
    service.hangUp();
    service.release();
    await pass(500);
    await pass(500);
    expect([...client.store.all("tasks").keys()].sort()).toEqual(["t1", "t2"]);
  });

  it("starts over when its position is not available any more, and says what it does not know", async () => {
    const { client, service } = await liveWorld();
    service.commit(taskOf("t1", {}, 1));
    service.hangUp();
    service.commit(taskOf("t2", {}, 2));
    service.oldest = 99;
    await pass(500);
    expect(client.state).toMatchObject({ status: "live", position: { sequence: 2 } });
    expect(client.store.get("branches", "b1")).toMatchObject({ total_tasks: 2 });
    expect(client.store.get("tasks", "t1")).toBeUndefined();
  });

  it("counts as broken when nothing was heard for 40 seconds; a heartbeat is something", async () => {
    const { client, service } = await liveWorld();
    await pass(39_000);
    service.sockets[0]?.tell("heartbeat", {
      epoch: "e1",
      sequence: 9,
      positions: { [PROJECT]: 9 },
      serverTime: 0,
    });
    expect(client.subscription(PROJECT)).toMatchObject({ position: 9 });
    await pass(39_000);
    expect(client.state.status).toBe("live");
    await pass(1_000);
    expect(client.state).toMatchObject({ status: "connecting", reason: { code: "silent", retryable: true } });
  });

  it("is not made again after a refusal, and says why", async () => {
    const service = serviceWithProject();
    service.closesWith = [4403, "not yours"];
    const { client } = connectTo(service);
    const live = expect(client.live()).rejects.toMatchObject({ code: "forbidden", retryable: false });
    await pass(120_000);
    await live;
    expect(client.state).toMatchObject({
      status: "closed",
      reason: { code: "forbidden", reason: "not yours" },
    });
    expect(client.subscription(PROJECT)).toMatchObject({ status: "closed", reason: "forbidden" });
    expect(service.connections).toBe(1);
  });

  it("is tried again with another credential when the old one expired, if there may be another", async () => {
    const { client, service } = await liveWorld({ token: () => "fresh" });
    service.hangUp(4401, "credential missing, invalid or expired");
    expect(client.state).toMatchObject({ status: "connecting", reason: { code: "unauthenticated" } });
    await pass(500);
    expect(client.state.status).toBe("live");
  });

  it("waits as long as it is told to", async () => {
    const { client, service } = await liveWorld();
    service.hangUp(4429, "too many");
    expect(client.state).toMatchObject({ status: "connecting", retryInMs: 30_000 });
  });

  it("is closed for good when asked to", async () => {
    const { client, service } = await liveWorld();
    client.close();
    client.resume();
    await pass(60_000);
    expect(client.state).toMatchObject({ status: "closed", reason: null });
    expect(service.connections).toBe(1);
    expect(service.sockets).toEqual([]);
  });

  it("pauses and resumes when asked to", async () => {
    const { client, service } = await liveWorld();
    client.pause();
    expect(client.state).toMatchObject({ status: "paused", reason: "asked", position: { sequence: 0 } });
    expect(client.subscription(PROJECT)).toMatchObject({ status: "paused", reason: "asked" });
    service.commit(taskOf("t1", {}));
    client.resume();
    await pass();
    expect(client.state.status).toBe("live");
    expect(client.store.get("tasks", "t1")).toBeDefined();
  });
});
