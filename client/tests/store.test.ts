import { describe, expect, it } from "vitest";
import type { Fact } from "../src/facts.js";
import { factsOf } from "../src/facts.js";
import type { Body, BulkMessage } from "../src/protocol.js";
import { type ChangeSet, Store } from "../src/store.js";

const MESSAGE = { cause: "message" } as const;
const row = (id: string, asOf: number, fields: object | null = {}): Fact => {
  return { kind: "tasks", id, part: "row", asOf, body: fields && ({ id, asOf, ...fields } as Body) };
};
const summary = (id: string, asOf: number, fields: object | null = {}): Fact => {
  return { ...row(id, asOf, fields), part: "summary" };
};

function storeWith(...facts: Fact[]): { store: Store; sets: ChangeSet[] } {
  const store = new Store();
  store.apply(facts, [], MESSAGE);
  const sets: ChangeSet[] = [];
  store.listen((set) => sets.push(set));
  return { store, sets };
}

describe("the base", () => {
  it("skips what is older than what it holds, and takes what is as old", () => {
    const { store } = storeWith(row("t", 5, { n: 5 }));
    store.apply([row("t", 4, { n: 4 })], [], MESSAGE);
    expect(store.get("tasks", "t")).toMatchObject({ n: 5 });
    store.apply([row("t", 5, { n: "again" })], [], MESSAGE);
    expect(store.get("tasks", "t")).toMatchObject({ n: "again" });
  });

  it("does not let a late update bring back what was deleted", () => {
    const { store } = storeWith(row("t", 5));
    store.apply([row("t", 7, null)], [], MESSAGE);
    store.apply([row("t", 6, { n: 6 })], [], MESSAGE);
    expect(store.get("tasks", "t")).toBeUndefined();
    store.apply([row("t", 8, { n: 8 })], [], MESSAGE);
    expect(store.get("tasks", "t")).toMatchObject({ n: 8 });
  });

  it("believes two events with one asOf in the order in which they come", () => {
    const { store } = storeWith(row("t", 5, { n: 5 }), row("t", 5, null));
    expect(store.get("tasks", "t")).toBeUndefined();
    store.apply([row("t", 5, { n: 5 })], [], MESSAGE);
    expect(store.get("tasks", "t")).toBeDefined();
  });

  it("gives a row and its totals clocks of their own", () => {
    // A person's change of the row (12) was told before an agent's change of its totals (11).
    const { store } = storeWith(summary("t", 10, { title: "old", total: 1 }), row("t", 12, { title: "new" }));
    expect(store.get("tasks", "t")).toMatchObject({ title: "new", total: 1 });
    store.apply([summary("t", 11, { title: "old", total: 2 })], [], MESSAGE);
    expect(store.get("tasks", "t")).toMatchObject({ title: "new", total: 2 });
    store.apply([summary("t", 13, { title: "newest", total: 3 })], [], MESSAGE);
    expect(store.get("tasks", "t")).toMatchObject({ title: "newest", total: 3 });
  });
});

describe("a row that moved to another project", () => {
  const moved = row("t", 7, { project_id: "p2" });
  const left: Fact = { ...row("t", 7, null), left: "project:p1" };

  it("is forgotten by those who only hear the one that it left", () => {
    const { store } = storeWith(
      row("t", 5, { project_id: "p1" }),
      summary("t", 5, { project_id: "p1" }),
      left,
    );
    expect(store.get("tasks", "t")).toBeUndefined();
    store.apply([row("t", 6, { project_id: "p1" })], [], MESSAGE);
    expect(store.get("tasks", "t")).toBeUndefined();
  });

  it("is kept by those who hear both, in whatever order they are told", () => {
    for (const told of [
      [moved, left],
      [left, moved],
    ]) {
      const { store } = storeWith(row("t", 5, { project_id: "p1" }), ...told);
      expect(store.get("tasks", "t")).toMatchObject({ project_id: "p2" });
    }
  });

  it("is told as one that left the topic of the message", () => {
    const message = {
      type: "update",
      sequence: 7,
      metadata: { topic: "project:p1" },
      payload: {
        entity: "task",
        action: "update",
        data: { primary: { id: "t", left: true, asOf: 7 }, cascade: {} },
      },
    } as unknown as BulkMessage;
    expect(factsOf(message)).toEqual([left]);
  });
});

describe("a change set", () => {
  it("is told once, when all of it is applied", () => {
    const { store } = storeWith();
    const seen: unknown[] = [];
    store.listen(({ changes }) => seen.push([changes.length, store.all("tasks").size]));
    store.apply([row("t1", 1), row("t2", 1), row("t3", 1)], [], MESSAGE);
    expect(seen).toEqual([[3, 3]]);
  });

  it("names what was and what is, and is not told when nothing changed", () => {
    const { store, sets } = storeWith(row("t", 5, { n: 5 }));
    store.apply([row("t", 4, { n: 4 })], [], MESSAGE);
    expect(sets).toEqual([]);
    store.apply([row("t", 6, null)], [], MESSAGE);
    expect(sets[0]?.changes).toMatchObject([{ kind: "tasks", id: "t", before: { n: 5 }, after: undefined }]);
  });

  it("is told of what was not listed, so that it can be fetched", () => {
    const { store, sets } = storeWith();
    const refetch = [{ entity: "task", topic: "project:p1", count: 5000 }];
    store.apply([], [], { cause: "message", refetch });
    expect(sets).toMatchObject([{ refetch, changes: [] }]);
  });

  it("leaves what it does not change the same object", () => {
    const { store } = storeWith(row("t1", 1), row("t2", 1));
    const before = store.get("tasks", "t2");
    store.apply([row("t1", 2)], [], MESSAGE);
    expect(store.get("tasks", "t2")).toBe(before);
  });
});

describe("optimistic writes", () => {
  const patch = (id: string, fields: object) => ({
    id,
    effects: [{ kind: "tasks", id: "t", fields: { ...fields } }],
  });

  it("are taken back one at a time, uncovering what came meanwhile", () => {
    const { store } = storeWith(row("t", 5, { title: "0", status: "todo" }));
    store.add(patch("a", { title: "A" }));
    store.add(patch("b", { status: "done" }));
    store.apply([row("t", 6, { title: "theirs", status: "todo" })], [], MESSAGE);
    expect(store.get("tasks", "t")).toMatchObject({ title: "A", status: "done" });
    store.remove("a", "rejected");
    expect(store.get("tasks", "t")).toMatchObject({ title: "theirs", status: "done" });
    store.remove("b", "rejected");
    expect(store.get("tasks", "t")).toMatchObject({ title: "theirs", status: "todo" });
  });

  it("end in the change set that shows them, so nothing flickers", () => {
    const { store, sets } = storeWith(row("t", 5, { title: "0" }));
    store.add(patch("a", { title: "A" }));
    store.apply([row("t", 6, { title: "A" })], ["a"], MESSAGE);
    expect(sets.map(({ changes }) => changes.map(({ after }) => after?.title))).toEqual([["A"], ["A"]]);
    expect(store.patches.size).toBe(0);
  });

  it("end with a snapshot once they are acknowledged: their echo will not come", () => {
    const { store } = storeWith(row("t", 5, { title: "0" }));
    store.add(patch("a", { title: "A" }));
    store.add(patch("b", { title: "B" }));
    store.acknowledge("a", "77");
    store.restart([], [], 9);
    expect([...store.patches.keys()]).toEqual(["b"]);
  });
});

describe("starting over", () => {
  const inProject = (id: string, asOf: number, project_id: string) => row(id, asOf, { project_id });

  it("forgets what was missed, and only that", () => {
    const { store } = storeWith(
      inProject("old", 5, "p1"),
      inProject("new", 9, "p1"),
      inProject("other", 5, "p2"),
    );
    store.restart([], ["project:p1"], 8);
    expect([...store.all("tasks").keys()]).toEqual(["new", "other"]);
  });

  it("forgets everything in another epoch, deletions too", () => {
    const { store } = storeWith(inProject("a", 500, "p1"), inProject("b", 500, "p2"), row("c", 600, null));
    store.restart([summary("a", 3, { n: 3 }), row("c", 3)], "everything", 3);
    expect([...store.all("tasks").keys()].sort()).toEqual(["a", "c"]);
  });

  it("releases what belongs to a topic that ended, unless another one holds it", () => {
    const { store } = storeWith(
      row("t1", 1, { project_id: "p1", git_branch_id: "b1" }),
      inProject("t2", 1, "p1"),
    );
    store.release(["project:p1"], ["branch:b1"]);
    expect([...store.all("tasks").keys()]).toEqual(["t1"]);
  });
});

describe("the price", () => {
  it("of a message with 50 changes in a store of 10,000 branches is below 4 ms", () => {
    const branchOf = (at: number, asOf: number) => ({
      id: `b${at}`,
      project_id: "p1",
      total_tasks: asOf,
      asOf,
    });
    const store = new Store();
    const all = Array.from({ length: 10_000 }, (_, at) => branchOf(at, 1));
    store.apply(
      all.map((body) => ({ kind: "branches", id: body.id, part: "summary", body, asOf: 1 })),
      [],
      MESSAGE,
    );
    const bulk = (asOf: number) =>
      ({
        type: "bulk",
        sequence: asOf,
        metadata: {},
        payload: {
          updates: Array.from({ length: 50 }, (_, at) => ({
            entity: "task",
            action: "update",
            id: `t${at}`,
          })),
          data: {
            primary: Array.from({ length: 50 }, (_, at) => ({ id: `t${at}`, asOf })),
            cascade: { branches: Array.from({ length: 50 }, (_, at) => branchOf(at * 200, asOf)) },
          },
        },
      }) as unknown as BulkMessage;
    const times = Array.from({ length: 50 }, (_, at) => {
      const message = bulk(at + 2);
      const begun = performance.now();
      store.apply(factsOf(message), [], MESSAGE);
      return performance.now() - begun;
    });
    const median = times.sort((a, b) => a - b)[25] as number;
    expect(store.get("branches", "b200")?.total_tasks).toBe(51);
    expect(median).toBeLessThan(4);
  });
});
