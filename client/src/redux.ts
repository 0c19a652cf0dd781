/**
 * `@tidegate/client/redux`: a slice that mirrors the client's store, one dispatch per change set.
 *
 * ```ts
 * const store = configureStore({ reducer: { tide: tideSlice.reducer } });
 * const stop = follow(client, store.dispatch);
 * ```
 */
import {
  createEntityAdapter,
  createSlice,
  type Dispatch,
  type EntityState,
  type PayloadAction,
} from "@reduxjs/toolkit";
import type {
  BranchSummary,
  ChangeSet,
  Client,
  ConnectionState,
  Difference,
  ProjectSummary,
  Summaries,
  TidegateError,
} from "./index.js";

/** An error as a plain object. */
export type PlainError = Pick<TidegateError, "code" | "reason" | "retryable" | "retryAfterMs">;

/** A write that is not confirmed yet, as this slice was told of it. */
export interface OptimisticUpdate {
  readonly id: string;
  readonly branchId: string;
  readonly data: Partial<BranchSummary>;
}

/** What the slice holds. All of it can be serialised. */
export interface TideState {
  summaries: EntityState<BranchSummary, string>;
  projects: EntityState<ProjectSummary, string>;
  /** No snapshot has come yet. */
  loading: boolean;
  error: PlainError | null;
  /** Epoch milliseconds. */
  lastSync: number | null;
  /** By id, oldest first. */
  optimisticUpdates: Record<string, OptimisticUpdate>;
  /** How each topic stands. */
  subscriptions: Record<string, string>;
  /** Branches as they are without optimistic updates, while they have some. */
  bases: Record<string, BranchSummary>;
}

const branches = createEntityAdapter<BranchSummary>();
const projects = createEntityAdapter<ProjectSummary>();

const initialState: TideState = {
  summaries: branches.getInitialState(),
  projects: projects.getInitialState(),
  loading: true,
  error: null,
  lastSync: null,
  optimisticUpdates: {},
  subscriptions: {},
  bases: {},
};

/** Shows a branch as its base with what is optimistic laid over it, in order. */
function show(state: TideState, id: string): void {
  const updates = Object.values(state.optimisticUpdates).filter(({ branchId }) => branchId === id);
  const base = state.bases[id];
  if (!updates.length) delete state.bases[id];
  if (base) branches.setOne(state.summaries, Object.assign({}, base, ...updates.map(({ data }) => data)));
}

/** Takes over differences; a branch with optimistic updates keeps showing them. */
function take(state: TideState, changes: readonly Difference[]): void {
  const of = <Body>(wanted: string): [there: Body[], gone: string[]] => {
    const ours = changes.filter(({ kind }) => kind === wanted);
    const there = ours.flatMap(({ after }) => (after ? (after as Body) : []));
    return [there, ours.flatMap(({ id, after }) => (after ? [] : id))];
  };
  const [projectsThere, projectsGone] = of<ProjectSummary>("projects");
  projects.setMany(state.projects, projectsThere);
  projects.removeMany(state.projects, projectsGone);
  const [there, gone] = of<BranchSummary>("branches");
  branches.setMany(state.summaries, there);
  branches.removeMany(state.summaries, gone);
  for (const id of gone) delete state.bases[id];
  const busy = new Set(Object.values(state.optimisticUpdates).map(({ branchId }) => branchId));
  for (const branch of there) {
    if (!busy.has(branch.id)) continue;
    state.bases[branch.id] = branch;
    show(state, branch.id);
  }
}

export const tideSlice = createSlice({
  name: "tide",
  initialState,
  reducers: {
    /** The answer of the bulk call: replaces everything. */
    setSummaries(state, { payload }: PayloadAction<Summaries & { readonly at?: number }>) {
      branches.removeAll(state.summaries);
      projects.setAll(state.projects, payload.projects);
      state.bases = {};
      const all = Object.entries(payload.summaries);
      take(
        state,
        all.map(([id, after]) => ({ kind: "branches", id, before: undefined, after })),
      );
      state.lastSync = payload.at ?? state.lastSync;
      state.loading = false;
      state.error = null;
    },
    /** One change set of the client. */
    applyUpdate(state, { payload }: PayloadAction<ChangeSet & { readonly at?: number }>) {
      take(state, payload.changes);
      if (payload.cause === "sync") {
        state.lastSync = payload.at ?? state.lastSync;
        state.loading = false;
      }
    },
    addOptimisticUpdate(state, { payload }: PayloadAction<OptimisticUpdate>) {
      const { id, branchId } = payload;
      const shown = state.summaries.entities[branchId];
      if (shown) state.bases[branchId] ??= shown;
      state.optimisticUpdates[id] = payload;
      show(state, branchId);
    },
    /** Takes one update away, and nothing else. */
    rollbackOptimisticUpdate(state, { payload: id }: PayloadAction<string>) {
      const update = state.optimisticUpdates[id];
      delete state.optimisticUpdates[id];
      if (update) show(state, update.branchId);
    },
    connectionChanged(state, { payload }: PayloadAction<{ error: PlainError | null }>) {
      state.error = payload.error;
    },
    subscriptionChanged(state, { payload }: PayloadAction<{ topic: string; status: string }>) {
      state.subscriptions[payload.topic] = payload.status;
    },
  },
});

export const {
  setSummaries,
  applyUpdate,
  addOptimisticUpdate,
  rollbackOptimisticUpdate,
  connectionChanged,
  subscriptionChanged,
} = tideSlice.actions;

/** Selectors, given where the slice is. */
export function selectorsOf<Root>(select: (root: Root) => TideState) {
  return {
    branches: branches.getSelectors((root: Root) => select(root).summaries),
    projects: projects.getSelectors((root: Root) => select(root).projects),
    isLoading: (root: Root) => select(root).loading,
    error: (root: Root) => select(root).error,
  };
}

const plain = ({ code, reason, retryable, retryAfterMs }: TidegateError): PlainError => ({
  code,
  reason,
  retryable,
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});

function errorOf(state: ConnectionState): PlainError | null {
  const reason = "reason" in state ? state.reason : null;
  return reason && typeof reason === "object" ? plain(reason) : null;
}

/** Mirrors a client from now on: each change set is one dispatch. Answers how to stop. */
export function follow(client: Client, dispatch: Dispatch): () => void {
  const { store } = client;
  if (client.state.position) {
    const [summaries, projects] = [store.all("branches"), store.all("projects")];
    dispatch(
      setSummaries({ summaries: Object.fromEntries(summaries), projects: Object.fromEntries(projects) }),
    );
  }
  const stops = [
    store.listen((changes) => dispatch(applyUpdate({ ...changes, at: Date.now() }))),
    client.on("state", (state) => dispatch(connectionChanged({ error: errorOf(state) }))),
    client.on("subscription", ({ topic, state }) =>
      dispatch(subscriptionChanged({ topic, status: state.status })),
    ),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
