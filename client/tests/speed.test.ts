/** How long a page stands still for a change set: measured, printed, and held. */
import { describe, expect, it } from "vitest";
import { Inbox } from "../src/inbox.js";
import type { BranchSummary, BulkMessage, Snapshot } from "../src/protocol.js";
import { setSummaries, tideSlice } from "../src/redux.js";
import { Store } from "../src/store.js";
import { Stream } from "../src/stream.js";
import { PROJECT } from "./support/fake-service.js";
import { branch } from "./support/world.js";

const BRANCHES = 10_000;
const CHANGES = 50;
const ROUNDS = 60;

const idOf = (at: number): string => `b${at % BRANCHES}`;
const summaries = Object.fromEntries(
  Array.from({ length: BRANCHES }, (_, at) => [idOf(at), branch(idOf(at), 0)]),
) as unknown as Record<string, BranchSummary>;

/** Fifty tasks of fifty branches, with their branches' totals. */
function bulk(round: number): BulkMessage {
  const sequence = (round + 1) * CHANGES;
  const each = Array.from({ length: CHANGES }, (_, at) => round * CHANGES + at);
  const cascade = { tasks: [], projects: [], subtasks: [], contexts: [] };
  const branches = each.map((at) => ({ ...branch(idOf(at), round + 1), asOf: sequence }));
  const primary = each.map((at) => {
    const place = { git_branch_id: idOf(at), project_id: "p1" };
    return { id: `t${at}`, ...place, title: `task ${at}`, asOf: sequence };
  });
  const updates = primary.map(({ id }, at) => {
    return { entity: "task", action: "update" as const, id, sequence: sequence - at, txid: String(round) };
  });
  const place = { epoch: "e1", topic: PROJECT, previous: round * CHANGES, position: sequence };
  const who = { source: "mcp-ai", userId: "a", sessionId: null, correlationId: null, txid: null } as const;
  const payload = {
    entity: "multiple",
    action: "update",
    updates,
    data: { primary, cascade: { ...cascade, branches } },
  } as const;
  const envelope = { id: String(round), version: "2.0", type: "bulk", timestamp: 0, sequence } as const;
  return { ...envelope, payload, metadata: { ...who, ...place } };
}

const medianOf = (times: number[]): number =>
  times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;

function measure(job: (round: number) => void): number {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    job(round);
    times.push(performance.now() - began);
  }
  return medianOf(times);
}

describe("fifty changes in a store of ten thousand branches", { timeout: 60_000 }, () => {
  const texts = Array.from({ length: ROUNDS }, (_, round) => JSON.stringify(bulk(round)));

  it("are read, judged and applied in less than 4 ms", () => {
    const [stream, store] = [new Stream(), new Store()];
    stream.want([PROJECT]);
    const silent = { message: () => {}, synced: () => {}, refused: () => {}, settled: () => {} };
    const inbox = new Inbox(stream, store, silent);
    const snapshot: Snapshot = {
      ...{ epoch: "e1", sequence: 0, topics: [PROJECT], positions: { [PROJECT]: 0 }, reason: "connect" },
      ...{ summaries, projects: {} },
    };
    inbox.sync(snapshot);
    const median = measure((round) => void inbox.receive(JSON.parse(texts[round] as string)));
    console.log(`applied in ${median.toFixed(2)} ms, half of ${ROUNDS} times`);
    expect(store.get("branches", idOf(ROUNDS * CHANGES - 1))?.total_tasks).toBe(ROUNDS);
    expect(median).toBeLessThan(4);
  });

  it("are one quick step of the reducer too", () => {
    const { reducer, actions } = tideSlice;
    let state = reducer(undefined, setSummaries({ summaries, projects: {} }));
    const median = measure((round) => {
      const changes = bulk(round).payload.data.cascade.branches.map((after) => {
        return { kind: "branches", id: String(after.id), before: undefined, after };
      });
      state = reducer(state, actions.applyUpdate({ cause: "message", changes }));
    });
    console.log(`reduced in ${median.toFixed(2)} ms, half of ${ROUNDS} times`);
    expect(state.summaries.ids.length).toBe(BRANCHES);
    // Immer goes through all of the slice; a machine that others use takes its time for it.
    expect(median).toBeLessThan(100);
  });
});
