import { describe, expect, it } from "vitest";
import { branch, fakeTime, liveWorld, pass, serviceWithProject } from "./support/world.js";

fakeTime();

const serviceWithMore = () => {
  const service = serviceWithProject();
  for (let at = 2; at <= 9; at++) {
    service.projects.set(`p${at}`, { id: `p${at}`, project_id: `p${at}`, name: `Project ${at}` });
    service.branches.set(`b${at}`, branch(`b${at}`, at, `p${at}`));
  }
  return service;
};

describe("loading summaries", () => {
  it("takes one call for all projects", async () => {
    const { client, service } = await liveWorld({}, serviceWithMore());
    const [loaded] = await Promise.all([client.loadSummaries(), pass()]);
    expect(Object.keys(loaded.summaries)).toHaveLength(9);
    expect(client.store.get("branches", "b7")).toMatchObject({ total_tasks: 7 });
    expect(client.summaryWay).toEqual({ way: "bulk" });
    expect(service.requests).toEqual(["POST /branches/summaries/bulk"]);
  });

  it("falls back to the projects one by one, and shows it", async () => {
    const { client, service } = await liveWorld({}, serviceWithMore());
    service.bulkIsOn = false;
    const [loaded] = await Promise.all([client.loadSummaries(), pass()]);
    expect(Object.keys(loaded.summaries)).toHaveLength(9);
    expect(client.store.get("branches", "b7")).toMatchObject({ total_tasks: 7 });
    expect(client.summaryWay).toMatchObject({ way: "per-project", reason: { code: "feature_is_off" } });
  });

  it("leaves the bulk call alone for a while after it failed, then tries it again", async () => {
    const { client, service } = await liveWorld();
    const bulkCalls = () => service.requests.filter((request) => request.endsWith("/bulk")).length;
    service.bulkIsOn = false;
    await Promise.all([client.loadSummaries(), pass()]);
    service.bulkIsOn = true;
    await Promise.all([client.loadSummaries(), pass(29_000)]);
    expect([bulkCalls(), client.summaryWay.way]).toEqual([1, "per-project"]);
    await pass(1_000);
    await Promise.all([client.loadSummaries(), pass()]);
    expect([bulkCalls(), client.summaryWay.way]).toEqual([2, "bulk"]);
  });

  it("does not use the bulk call when it is switched off", async () => {
    const { client, service } = await liveWorld({ bulk: false });
    await Promise.all([client.loadSummaries({ projectIds: ["p1"] }), pass()]);
    expect(client.summaryWay).toEqual({ way: "per-project" });
    expect(service.requests).not.toContain("POST /branches/summaries/bulk");
    expect(service.requests).toContain("GET /projects/p1/branches");
  });

  it("leaves out what is archived, unless it is asked for", async () => {
    const { client, service } = await liveWorld({ bulk: false });
    service.branches.set("b2", { ...branch("b2", 1), archived: true });
    const [without] = await Promise.all([client.loadSummaries(), pass()]);
    const [all] = await Promise.all([client.loadSummaries({ includeArchived: true }), pass()]);
    expect([without, all].map(({ summaries }) => Object.keys(summaries))).toEqual([["b1"], ["b1", "b2"]]);
  });

  it("fails when neither way works", async () => {
    const { client, service } = await liveWorld();
    service.isReachable = false;
    await expect(client.loadSummaries()).rejects.toMatchObject({ code: "unreachable", retryable: true });
  });
});
