import { Base } from "./base.js";
import { belongs, type Fact } from "./facts.js";
import { fold, type Patch } from "./patches.js";
import type {
  Body,
  BranchSummary,
  Coalesced,
  Context,
  ProjectSummary,
  Source,
  Subtask,
  Summaries,
  Task,
} from "./protocol.js";

/** The kinds whose bodies have a type here; others are kept as they come. */
export interface Kinds {
  readonly branches: BranchSummary;
  readonly projects: ProjectSummary;
  readonly tasks: Task;
  readonly subtasks: Subtask;
  readonly contexts: Context;
}

/** What a kind's things look like. */
export type BodyOf<K extends string> = K extends keyof Kinds ? Kinds[K] : Body;

/** One thing that looks different now. */
export interface Difference {
  readonly kind: string;
  readonly id: string;
  readonly before: Body | undefined;
  readonly after: Body | undefined;
}

/** Why something looks different. */
export interface Occasion {
  /** `message`: others' or our own events; `sync`: a snapshot; the rest: a write of ours. */
  readonly cause: "message" | "sync" | "optimistic" | "rejected" | "settled" | "released";
  /** What kind of writer, when a message says so. */
  readonly source?: Source;
  /** Who, when a message says so. */
  readonly actor?: string | null;
  /** Rows that changed without being listed: fetch them again, if you show them. */
  readonly refetch?: readonly Coalesced[];
}

/** Everything that one occasion changed, at once. */
export interface ChangeSet extends Occasion {
  readonly changes: readonly Difference[];
}

/**
 * What is shown: `fold(base, pending patches)`, where the base is what the service said and the patches are writes
 * that are under way. Has no clock and no I/O.
 *
 * Invariants: listeners see a state in which an occasion is applied whole; a rejected patch takes only itself away.
 */
export class Store {
  readonly #base = new Base();
  readonly #patches = new Map<string, Patch>();
  readonly #shown = new Map<string, Map<string, Body>>();
  readonly #touched = new Map<string, readonly [kind: string, id: string]>();
  readonly #listeners = new Set<(changes: ChangeSet) => void>();

  /** One thing. The same object until it changes. */
  get<K extends string>(kind: K, id: string): BodyOf<K> | undefined {
    return this.#shown.get(kind)?.get(id) as BodyOf<K> | undefined;
  }

  /** All things of a kind, by id: a live view, not a copy. */
  all<K extends string>(kind: K): ReadonlyMap<string, BodyOf<K>> {
    return this.#of(kind) as unknown as ReadonlyMap<string, BodyOf<K>>;
  }

  /** Writes that are under way, oldest first. */
  get patches(): ReadonlyMap<string, Patch> {
    return this.#patches;
  }

  /** What the service said of branches and projects, without our writes. */
  summaries(): Summaries {
    const of = <B>(kind: string): Record<string, B> =>
      Object.fromEntries(this.#base.all(kind)) as Record<string, B>;
    return { summaries: of<BranchSummary>("branches"), projects: of<ProjectSummary>("projects") };
  }

  /** Hears of every change set. Answers how to stop. */
  listen(listener: (changes: ChangeSet) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Applies what messages say; `settled` are the patches that they show. */
  apply(facts: readonly Fact[], settled: readonly string[], occasion: Occasion): void {
    for (const fact of facts) this.#believe(fact);
    for (const id of settled) this.#drop(id);
    this.#show(occasion);
  }

  /**
   * Starts over from a snapshot: what belongs to topics of which something was missed, and is older, is unknown from
   * now on. In another epoch, everything is.
   */
  restart(facts: readonly Fact[], missed: readonly string[] | "everything", sequence: number): void {
    if (missed === "everything") {
      this.#forget(Number.POSITIVE_INFINITY);
      this.#base.forgetGraves();
    } else this.#forget(sequence, missed);
    for (const fact of facts) this.#believe(fact);
    // An acknowledged write is part of the snapshot: its echo will not come.
    for (const { id, txid } of this.#patches.values()) if (txid) this.#drop(id);
    this.#show({ cause: "sync" });
  }

  /** Forgets what belongs to topics that are not heard any more, and to none that is. */
  release(topics: readonly string[], kept: Iterable<string>): void {
    this.#forget(Number.POSITIVE_INFINITY, topics, [...kept]);
    this.#show({ cause: "released" });
  }

  /** Lays a write over what is shown. */
  add(patch: Patch): void {
    this.#patches.set(patch.id, patch);
    this.#touch(patch);
    this.#show({ cause: "optimistic" });
  }

  /** The service acknowledged a write. It stays until its echo shows it, so nothing flickers. */
  acknowledge(id: string, txid: string): void {
    const patch = this.#patches.get(id);
    if (patch) this.#patches.set(id, { ...patch, txid });
  }

  /** Takes one write away, and nothing else. */
  remove(id: string, cause: "rejected" | "settled"): void {
    this.#drop(id);
    this.#show({ cause });
  }

  #believe(fact: Fact): void {
    if (this.#base.put(fact)) this.#touched.set(`${fact.kind}:${fact.id}`, [fact.kind, fact.id]);
  }

  #forget(asOf: number, topics?: readonly string[], kept: readonly string[] = []): void {
    for (const [kind, id, body] of this.#base.olderThan(asOf)) {
      const within = (topic: string): boolean => belongs(topic, kind, id, body);
      if (topics && (!topics.some(within) || kept.some(within))) continue;
      this.#base.forget(kind, id);
      this.#touched.set(`${kind}:${id}`, [kind, id]);
    }
  }

  #drop(id: string): void {
    const patch = this.#patches.get(id);
    if (patch) this.#touch(patch);
    this.#patches.delete(id);
  }

  #touch({ effects }: Patch): void {
    for (const { kind, id } of effects) this.#touched.set(`${kind}:${id}`, [kind, id]);
  }

  #of(kind: string): Map<string, Body> {
    const shown = this.#shown.get(kind) ?? new Map<string, Body>();
    this.#shown.set(kind, shown);
    return shown;
  }

  /** Brings up to date what was touched, then tells of it once. */
  #show(occasion: Occasion): void {
    const changes: Difference[] = [];
    for (const [kind, id] of this.#touched.values()) {
      const shown = this.#of(kind);
      const before = shown.get(id);
      const after = fold(this.#base.get(kind, id), this.#patches.values(), kind, id);
      if (before === after) continue;
      if (after) shown.set(id, after);
      else shown.delete(id);
      changes.push({ kind, id, before, after });
    }
    this.#touched.clear();
    if (!changes.length && !occasion.refetch?.length) return;
    const set: ChangeSet = { ...occasion, changes };
    for (const listener of this.#listeners) listener(set);
  }
}

/** The store as its readers see it. */
export type StoreView = Pick<Store, "get" | "all" | "listen" | "patches" | "summaries">;
