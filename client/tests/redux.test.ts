import { configureStore } from "@reduxjs/toolkit";
import { describe, expect, it } from "vitest";
import * as tide from "../src/redux.js";
import { connectTo, fakeTime, pass, serviceWithProject, taskOf } from "./support/world.js";

fakeTime();

const selectors = tide.selectorsOf((state: tide.TideState) => state);

async function mirror() {
  const world = connectTo(serviceWithProject());
  // The toolkit's own checks for what cannot be serialised and for mutation are on.
  const store = configureStore({ reducer: tide.tideSlice.reducer });
  const stop = tide.follow(world.client, store.dispatch);
  let dispatches = 0;
  store.subscribe(() => dispatches++);
  const before = store.getState();
  await pass();
  dispatches = 0;
  return { ...world, store, stop, before, dispatches: () => dispatches };
}

describe("the slice", () => {
  it("is loading until the first snapshot, then holds it", async () => {
    const { store, before } = await mirror();
    expect(before).toMatchObject({ loading: true, lastSync: null, error: null });
    expect(store.getState()).toMatchObject({ loading: false, lastSync: 1_800_000_000_000 });
    expect(selectors.branches.selectById(store.getState(), "b1")).toMatchObject({ total_tasks: 0 });
    expect(selectors.projects.selectAll(store.getState())).toHaveLength(1);
    expect(store.getState().subscriptions).toEqual({ "project:p1": "live" });
  });

  it("gets one dispatch per change set", async () => {
    const { service, store, dispatches } = await mirror();
    service.commit(taskOf("t1", {}), taskOf("t2", {}), taskOf("t3", {}, 3));
    expect(dispatches()).toBe(1);
    expect(selectors.branches.selectById(store.getState(), "b1")).toMatchObject({ total_tasks: 3 });
  });

  it("drops what is deleted", async () => {
    const { service, store } = await mirror();
    service.commit({ entity: "branch", action: "delete", primary: { id: "b1" } });
    expect(selectors.branches.selectTotal(store.getState())).toBe(0);
  });

  it("shows errors as plain objects, and that they passed", async () => {
    const { service, store } = await mirror();
    service.hangUp();
    expect(selectors.error(store.getState())).toEqual({
      code: "closed_1012",
      reason: expect.any(String),
      retryable: true,
    });
    await pass(1_000);
    expect(selectors.error(store.getState())).toBeNull();
  });

  it("follows no more when it is told to stop", async () => {
    const { service, stop, dispatches } = await mirror();
    stop();
    service.commit(taskOf("t1", {}));
    expect(dispatches()).toBe(0);
  });

  it("starts from what a client knows already", async () => {
    const { client } = await mirror();
    const store = configureStore({ reducer: tide.tideSlice.reducer });
    tide.follow(client, store.dispatch);
    expect(selectors.isLoading(store.getState())).toBe(false);
    expect(selectors.branches.selectIds(store.getState())).toEqual(["b1"]);
  });
});

describe("its optimistic updates", () => {
  const add = (id: string, data: object) => tide.addOptimisticUpdate({ id, branchId: "b1", data });

  it("are laid over the branch and taken back one at a time, over what came meanwhile", async () => {
    const { service, store } = await mirror();
    const shown = () => selectors.branches.selectById(store.getState(), "b1");
    store.dispatch(add("u1", { name: "renamed" }));
    store.dispatch(add("u2", { total_tasks: 99 }));
    service.commit(taskOf("t1", {}, 5));
    expect(shown()).toMatchObject({ name: "renamed", total_tasks: 99 });
    store.dispatch(tide.rollbackOptimisticUpdate("u2"));
    expect(shown()).toMatchObject({ name: "renamed", total_tasks: 5 });
    store.dispatch(tide.rollbackOptimisticUpdate("u1"));
    expect(shown()).toMatchObject({ name: "b1", total_tasks: 5 });
    expect(store.getState()).toMatchObject({ optimisticUpdates: {}, bases: {} });
  });

  it("do nothing to a branch that is not there, or gone", async () => {
    const { service, store } = await mirror();
    store.dispatch(add("u1", { name: "renamed" }));
    service.commit({ entity: "branch", action: "delete", primary: { id: "b1" } });
    store.dispatch(tide.rollbackOptimisticUpdate("u1"));
    store.dispatch(tide.addOptimisticUpdate({ id: "u2", branchId: "none", data: {} }));
    expect(selectors.branches.selectTotal(store.getState())).toBe(0);
  });
});
