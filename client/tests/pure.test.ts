import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AI_WINDOW_MAX, AiBuffer } from "../src/ai-buffer.js";
import { backoff, DELAYS } from "../src/backoff.js";
import { chainFrom, link } from "../src/chain.js";
import { callOf } from "../src/http.js";
import { settingsOf } from "../src/options.js";
import { effectsOf, fold } from "../src/patches.js";
import type { EventMessage, Metadata, Source } from "../src/protocol.js";
import { uuid } from "../src/uuid.js";

const metadata = (previous: number, position: number): Metadata =>
  ({ previous, position, topic: "project:p1", epoch: "e1" }) as Metadata;

describe("the delays between attempts", () => {
  it("have the bounds 1, 2, 5, 10 and 30 seconds, and the last one stays", () => {
    expect([1, 2, 3, 4, 5, 6, 99].map((failures) => backoff(failures, 1))).toEqual([
      1_000, 2_000, 5_000, 10_000, 30_000, 30_000, 30_000,
    ]);
  });

  it("lie anywhere between nothing and the bound", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.double({ min: 0, max: 0.999999, noNaN: true }),
        (failures, random) => {
          const delay = backoff(failures, random);
          expect(delay).toBeGreaterThanOrEqual(0);
          expect(delay).toBeLessThan(DELAYS[Math.min(failures, 5) - 1] as number);
        },
      ),
    );
    expect(backoff(3, 0)).toBe(0);
  });
});

describe("a topic's chain", () => {
  it("begins with any message whose predecessor is covered by the snapshot", () => {
    expect(link(chainFrom(10), 12, metadata(10, 12)).kind).toBe("next");
    expect(link(chainFrom(10), 12, metadata(7, 12)).kind).toBe("next");
    expect(link(chainFrom(10), 12, metadata(11, 12)).kind).toBe("gap");
  });

  it("goes on with the message that names the last one, and with no other", () => {
    const chain = { last: 12, position: 12, seen: 12 };
    expect(link(chain, 14, metadata(12, 14)).kind).toBe("next");
    expect(link(chain, 15, metadata(14, 15)).kind).toBe("gap");
  });

  it("lets a person's message overtake an agent's, and notices when the agent's then is missing", () => {
    const person = link(chainFrom(4), 10, metadata(4, 4));
    if (person.kind !== "next") throw new Error(person.kind);
    expect(person.chain).toEqual({ last: 10, position: 4, seen: 10 });
    const agent = link(person.chain, 8, metadata(10, 10));
    expect(agent).toEqual({ kind: "next", chain: { last: 8, position: 10, seen: 10 } });
    expect(link(person.chain, 11, metadata(8, 11)).kind).toBe("gap");
  });

  it("knows a message that it had", () => {
    expect(link({ last: 12, position: 12, seen: 12 }, 12, metadata(10, 12)).kind).toBe("repeat");
    expect(link({ last: 12, position: 12, seen: 12 }, 9, metadata(8, 9)).kind).toBe("repeat");
    expect(link({ last: 14, position: 12, seen: 14 }, 14, metadata(12, 12)).kind).toBe("repeat");
  });

  it("never lets its position decrease", () => {
    const step = link({ last: 9, position: 9, seen: 9 }, 10, metadata(9, 5));
    expect(step.kind === "next" && step.chain.position).toBe(9);
  });
});

describe("the buffer for agents", () => {
  const message = (id: string, source: Source = "mcp-ai", type = "update") =>
    ({
      type,
      metadata: { source },
      payload: { entity: "task", action: "update", data: { primary: { id } } },
    }) as EventMessage;

  it("gathers single changes of agents, not people's, and not what the service gathered", () => {
    expect(AiBuffer.gathers(message("t"))).toBe(true);
    expect(AiBuffer.gathers(message("t", "user"))).toBe(false);
    expect(AiBuffer.gathers(message("t", "mcp-ai", "bulk"))).toBe(false);
  });

  it("begins its window once and ends it when it is full", () => {
    const buffer = new AiBuffer();
    const answers = Array.from({ length: AI_WINDOW_MAX }, (_, at) => buffer.add(message(`t${at}`)));
    expect(answers.filter((answer) => answer === "begin")).toHaveLength(1);
    expect(answers.at(-1)).toBe("end");
    expect(buffer.take()).toHaveLength(AI_WINDOW_MAX);
    expect(buffer.add(message("t"))).toBe("begin");
  });

  it("says when a message concerns a row that waits", () => {
    const buffer = new AiBuffer();
    buffer.add(message("t1"));
    expect(buffer.precedes(message("t1", "user"))).toBe(true);
    expect(buffer.precedes(message("t2", "user"))).toBe(false);
    buffer.take();
    expect(buffer.precedes(message("t1", "user"))).toBe(false);
  });
});

describe("patches", () => {
  const update = (id: string, fields: Record<string, unknown>) => {
    return { id, effects: effectsOf({ entity: "task", action: "update", data: { id: "t1", ...fields } }) };
  };

  it("are laid over the base in order", () => {
    const patches = [update("a", { title: "A", status: "done" }), update("b", { title: "B" })];
    expect(fold({ id: "t1", title: "0" }, patches, "tasks", "t1")).toEqual({
      id: "t1",
      title: "B",
      status: "done",
    });
    expect(fold({ id: "t2", title: "0" }, patches, "tasks", "t2")).toEqual({ id: "t2", title: "0" });
  });

  it("show what is created, hide what is deleted, and do not invent what is unknown", () => {
    const created = {
      id: "c",
      effects: effectsOf({ entity: "task", action: "create", data: { id: "t1", title: "N" } }),
    };
    const deleted = { id: "d", effects: effectsOf({ entity: "task", action: "delete", data: { id: "t1" } }) };
    expect(fold(undefined, [created], "tasks", "t1")).toEqual({ id: "t1", title: "N" });
    expect(fold({ id: "t1" }, [created, deleted], "tasks", "t1")).toBeUndefined();
    expect(fold(undefined, [update("u", { title: "A" })], "tasks", "t1")).toBeUndefined();
  });
});

describe("a write by plain request", () => {
  it("goes where its entity lives", () => {
    const call = (entity: string, action: "create" | "update" | "delete", data: object) =>
      callOf({ entity, action, data: data as Record<string, unknown> });
    expect(call("task", "create", { id: "t", git_branch_id: "b", title: "T" })).toEqual([
      "/branches/b/tasks",
      { method: "POST", body: { id: "t", title: "T" } },
    ]);
    expect(call("subtask", "update", { id: "s", status: "done" })).toEqual([
      "/subtasks/s",
      { method: "PATCH", body: { status: "done" } },
    ]);
    expect(call("project", "delete", { id: "p" })).toEqual(["/projects/p", { method: "DELETE" }]);
    expect(call("project", "create", { id: "p", name: "P" })[0]).toBe("/projects");
    expect(() => call("order", "create", {})).toThrow("not_supported");
  });
});

describe("ids", () => {
  it("are UUIDs of version 7, each greater than the one before", () => {
    const ids = Array.from({ length: 500 }, uuid);
    expect([...ids].sort()).toEqual(ids);
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe("the scope that tabs share", () => {
  const scope = (token: string | (() => string), scope?: string) =>
    settingsOf({ url: "http://tide/", token, ...(scope && { scope }) }).scope;
  const jwt = `x.${btoa(JSON.stringify({ sub: "demo" }))}.x`;

  it("is the user's, and nobody's when the user is not known", () => {
    expect(scope(jwt)).toBe("tidegate http://tide demo");
    expect(scope("tg_key")).toBeUndefined();
    expect(scope(() => jwt)).toBeUndefined();
    expect(scope(() => jwt, "ada")).toBe("tidegate http://tide ada");
  });
});
