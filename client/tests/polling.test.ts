import { describe, expect, it, vi } from "vitest";
import { PROJECT } from "./support/fake-service.js";
import { connectTo, fakeTime, liveWorld, pass, serviceWithProject, taskOf } from "./support/world.js";

fakeTime();

/** Long enough for five failures: at most 1 + 2 + 5 + 10 s, half of it here. */
const FIVE_FAILURES = 9_000;

describe("when five attempts have failed", () => {
  it("the client polls from the same position", async () => {
    const { client, service, statuses } = await liveWorld();
    service.commit(taskOf("t1", {}));
    service.refusesSockets = true;
    service.hangUp();
    await pass(FIVE_FAILURES - 1_000);
    expect(service.connections).toBe(1 + 3);
    expect(service.requests).toEqual([]);
    await pass(1_000);
    expect(statuses).toEqual(["connecting", "polling"]);
    expect(client.state).toMatchObject({
      status: "polling",
      position: { sequence: 1 },
      reason: { code: "closed_1006" },
    });
    expect(client.subscription(PROJECT)).toMatchObject({ status: "polling" });
    expect(service.requests[0]).toBe("GET /changes?epoch=e1&after=1&wait=25&topics=project%3Ap1");
    service.commit(taskOf("t2", {}));
    await pass(1_000);
    expect(client.store.get("tasks", "t2")).toBeDefined();
    expect(client.state.position).toMatchObject({ sequence: 2 });
  });

  it("nothing is missing of what agents wrote before, and no snapshot is needed", async () => {
    const { client, service } = await liveWorld();
    service.commit({ ...taskOf("t1", {}), source: "mcp-ai" });
    service.commit(taskOf("t2", {}));
    service.refusesSockets = true;
    service.hangUp();
    service.release();
    await pass(FIVE_FAILURES + 1_000);
    expect([...client.store.all("tasks").keys()].sort()).toEqual(["t1", "t2"]);
    expect(client.state).toMatchObject({ status: "polling", position: { sequence: 2 }, lag: 0 });
    expect(service.requests.filter((request) => !request.includes("after="))).toEqual([]);
  });

  it("the socket is still tried, and taken when it is there", async () => {
    const { client, service, statuses } = await liveWorld();
    const states: string[] = [];
    client.on("state", ({ status }) => states.push(status));
    service.refusesSockets = true;
    service.hangUp();
    await pass(FIVE_FAILURES);
    const failed = service.connections;
    await pass(31_000);
    expect(service.connections).toBe(failed + 2);
    expect(states.filter((status) => status === "polling")).toHaveLength(1);
    service.commit(taskOf("t1", {}));
    service.refusesSockets = false;
    await pass(15_000);
    expect(statuses).toEqual(["connecting", "polling", "catching-up", "live"]);
    const requests = service.requests.length;
    service.commit(taskOf("t2", {}));
    await pass(60_000);
    expect(service.requests).toHaveLength(requests);
    expect([...client.store.all("tasks").keys()]).toEqual(["t1", "t2"]);
  });

  it("a position that is not available any more means a fresh snapshot", async () => {
    const { client, service } = await liveWorld();
    service.commit(taskOf("t1", {}, 1));
    service.refusesSockets = true;
    service.hangUp();
    await pass(FIVE_FAILURES);
    service.commit(taskOf("t2", {}, 2));
    service.oldest = 99;
    await pass(1_000);
    expect(service.requests).toContain("GET /changes?&topics=project%3Ap1");
    expect(client.state).toMatchObject({ status: "polling", position: { sequence: 2 } });
    expect(client.store.get("branches", "b1")).toMatchObject({ total_tasks: 2 });
  });

  it("without a network it goes on trying, ever more slowly", async () => {
    const { client, service } = await liveWorld();
    service.isReachable = false;
    service.hangUp();
    await pass(600_000);
    expect(client.state.status).toBe("polling");
    expect(service.requests.length).toBeLessThan(60);
    service.isReachable = true;
    await pass(15_000);
    expect(client.state.status).toBe("live");
  });
});

describe("a client that polls", () => {
  it("leaves no timer behind when it is closed", async () => {
    const { client, service } = await liveWorld();
    service.refusesSockets = true;
    service.hangUp();
    await pass(FIVE_FAILURES);
    client.close();
    await pass();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is live once it has a snapshot, not before", async () => {
    const service = serviceWithProject();
    service.isReachable = false;
    const { client } = connectTo(service);
    let isLive = false;
    void client.live().then(() => {
      isLive = true;
    });
    await pass(FIVE_FAILURES);
    expect([client.state.status, isLive]).toEqual(["polling", false]);
    service.refusesSockets = true;
    service.isReachable = true;
    await pass(10_000);
    expect([client.state.status, isLive]).toEqual(["polling", true]);
  });
});

describe("without any WebSocket", () => {
  it("the client polls from the start, all projects of the user", async () => {
    vi.stubGlobal("WebSocket", undefined);
    const { client } = connectTo(serviceWithProject(), {
      WebSocket: undefined,
      topics: undefined,
    });
    await pass();
    expect(client.state).toMatchObject({ status: "polling", reason: { code: "no_websocket" } });
    expect(client.topics).toEqual([PROJECT]);
    expect(client.store.get("branches", "b1")).toBeDefined();
  });
});
