/**
 * The tasks of one branch: read once by REST, then kept by the stream. A service without REST shows those that the
 * stream told.
 */
import type { Body, Difference, EventMessage, Task } from "@tidegate/client";
import type { Session } from "../session.js";

/** Tasks that are read at most; more would help nobody on one page. */
const MOST = 5000;
const PAGE = 200;

export type Reading =
  | { readonly status: "loading" | "whole" | "stream-only" | "cut" }
  | { readonly status: "failed"; readonly reason: string };

interface Page {
  readonly items: readonly Task[];
  readonly next_cursor: string | null;
}

export class TaskList {
  reading: Reading = { status: "loading" };
  readonly #read = new Map<string, Task>();
  /** Those that were told and are, or were, in this branch. */
  readonly #told = new Set<string>();
  readonly #stops: (() => void)[];
  #attempt = 0;

  constructor(
    readonly session: Session,
    readonly branchId: string,
    readonly changed: () => void,
  ) {
    const { client } = session;
    this.#stops = [
      client.on("message", (message) => this.#forgetGone(message)),
      client.store.listen(({ cause, refetch, changes }) => {
        if (cause === "sync" || refetch?.some(({ entity }) => entity === "task")) void this.load();
        const ours = changes.filter((change) => this.#concerns(change));
        for (const { id } of ours) this.#told.add(id);
        if (ours.length) changed();
      }),
    ];
    for (const [id, task] of client.store.all("tasks"))
      if (task.git_branch_id === branchId) this.#told.add(id);
  }

  /** One task as it is shown: as the stream tells it, on what was read. */
  get(id: string): Task | undefined {
    const told = this.session.client.store.get("tasks", id);
    const read = this.#read.get(id);
    const task = told && read ? { ...read, ...told } : (told ?? read);
    return task?.git_branch_id === this.branchId && task.title !== undefined ? task : undefined;
  }

  /** All of them, each after its parent, with how deep it lies. */
  *tree(): Iterable<readonly [task: Task, depth: number]> {
    const ids = new Set([...this.#read.keys(), ...this.#told]);
    const tasks = [...ids].flatMap((id) => this.get(id) ?? []);
    const known = new Set(tasks.map(({ id }) => id));
    const below = byParent(tasks, known);
    for (const fellows of below.values()) fellows.sort(byAge);
    const walk = function* (parent: string | null, depth: number): Iterable<readonly [Task, number]> {
      for (const task of below.get(parent) ?? []) {
        yield [task, depth];
        yield* walk(task.id, depth + 1);
      }
    };
    yield* walk(null, 0);
  }

  async load(): Promise<void> {
    this.#attempt += 1;
    const attempt = this.#attempt;
    try {
      const found = await this.#pages();
      if (attempt !== this.#attempt) return;
      this.#read.clear();
      for (const task of found) this.#read.set(task.id, task);
      this.reading = { status: found.length < MOST ? "whole" : "cut" };
    } catch (error) {
      if (attempt !== this.#attempt) return;
      const { code, reason } = error as { code?: string; reason?: string };
      this.reading =
        code === "not_found" || code === "http_404"
          ? { status: "stream-only" }
          : { status: "failed", reason: reason ?? String(error) };
    }
    this.changed();
  }

  close(): void {
    this.#attempt += 1;
    for (const stop of this.#stops) stop();
  }

  #concerns({ kind, id, before, after }: Difference): boolean {
    if (kind !== "tasks") return false;
    return this.#read.has(id) || [before, after].some((body) => body?.git_branch_id === this.branchId);
  }

  async #pages(): Promise<Task[]> {
    const all: Task[] = [];
    for (let cursor: string | null = ""; cursor !== null && all.length < MOST; ) {
      const after: string = cursor && `&cursor=${encodeURIComponent(cursor)}`;
      const path = `/api/v2/branches/${this.branchId}/tasks?limit=${PAGE}${after}`;
      const page = (await (await this.session.request(path)).json()) as Page;
      all.push(...page.items);
      cursor = page.next_cursor;
    }
    return all;
  }

  /** The store says nothing of the end of what it never held. */
  #forgetGone({ type, payload }: EventMessage): void {
    const entries =
      type === "update"
        ? [{ entity: payload.entity, action: payload.action, primary: payload.data.primary }]
        : payload.updates.map((entry, at) => ({
            ...entry,
            primary: payload.data.primary[at] ?? ({ id: entry.id ?? "" } as Body),
          }));
    for (const { entity, action, primary } of entries) {
      const isGone = action === "delete" || primary?.left === true;
      if (entity === "task" && isGone && this.#read.delete(String(primary?.id))) this.changed();
    }
  }
}

const byAge = (a: Task, b: Task): number =>
  (a.created_at ?? "~").localeCompare(b.created_at ?? "~") || a.id.localeCompare(b.id);

function byParent(tasks: readonly Task[], known: ReadonlySet<string>): Map<string | null, Task[]> {
  const below = new Map<string | null, Task[]>();
  for (const task of tasks) {
    const parent = task.parent_id && known.has(task.parent_id) ? task.parent_id : null;
    const fellows = below.get(parent);
    if (fellows) fellows.push(task);
    else below.set(parent, [task]);
  }
  return below;
}
