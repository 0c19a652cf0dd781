/**
 * What happened while the reader was away: from when the connection was lost (a hidden tab, no network, a service that
 * went) until nothing is missing again. By resume every message is told; after a snapshot only what looks different.
 */
import type {
  BranchSummary,
  ChangeSet,
  Client,
  ConnectionState,
  EventMessage,
  Source,
} from "@tidegate/client";
import type { Recorder } from "./stream/recorder.js";
import { rowsIn } from "./words.js";

/** A branch that moved meanwhile. */
export interface Moved {
  readonly id: string;
  readonly before: BranchSummary | undefined;
  readonly after: BranchSummary | undefined;
}

/** What was missed, once it was caught up. */
export interface Missed {
  readonly from: number;
  readonly until: number;
  readonly messages: number;
  /** Rows that changed, by who changed them. */
  readonly rows: Readonly<Record<Source, number>>;
  /** Not everything was told one by one. */
  readonly isSkipped: boolean;
  /** Those that moved most first. */
  readonly moved: readonly Moved[];
  /** Where the messages are in the recorder. */
  readonly range: readonly [first: number, end: number];
}

interface Away {
  readonly from: number;
  readonly first: number;
  /** When and where it ended; what agents changed is shown a little later. */
  end: { readonly until: number; readonly count: number } | undefined;
  readonly rows: Record<Source, number>;
  readonly moved: Map<string, Moved>;
  messages: number;
  isSkipped: boolean;
}

/** The client gathers agents' changes for 500 ms before it shows them. */
const SETTLED_MS = 700;
const AWAY: ReadonlySet<ConnectionState["status"]> = new Set(["connecting", "paused"]);
const THERE: ReadonlySet<ConnectionState["status"]> = new Set(["live", "polling"]);

export class Absence {
  /** The last one that is worth telling. */
  missed: Missed | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #recorder: Recorder;
  #away: Away | undefined;
  #wasThere = false;
  #settling: ReturnType<typeof setTimeout> | undefined;

  constructor(client: Client, recorder: Recorder) {
    this.#recorder = recorder;
    client.on("state", ({ status }) => this.#follow(status));
    client.on("message", (message) => this.#hear(message));
    client.store.listen((set) => this.#see(set));
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  dismiss(): void {
    this.missed = undefined;
    for (const listener of this.#listeners) listener();
  }

  close(): void {
    clearTimeout(this.#settling);
  }

  #follow(status: ConnectionState["status"]): void {
    const { count } = this.#recorder.entries;
    if (THERE.has(status)) {
      this.#wasThere = true;
      if (!this.#away || this.#away.end) return;
      this.#away.end = { until: Date.now(), count };
      this.#settling = setTimeout(() => this.#tell(), SETTLED_MS);
    } else if (this.#wasThere && AWAY.has(status)) {
      clearTimeout(this.#settling);
      if (this.#away) this.#away.end = undefined;
      else this.#away = awayFrom(count);
    }
  }

  #hear(message: EventMessage): void {
    const end = this.#away?.end;
    if (!this.#away || (end && message.timestamp > end.until)) return;
    // Told while it was being caught up, and heard after it.
    if (end) this.#away.end = { ...end, count: this.#recorder.entries.count + 1 };
    this.#away.messages += 1;
    this.#away.rows[message.metadata.source] += rowsIn(message);
  }

  #see({ cause, changes }: ChangeSet): void {
    if (!this.#away) return;
    if (cause === "sync") this.#away.isSkipped = true;
    for (const { kind, id, before, after } of changes) {
      if (kind !== "branches") continue;
      const known = this.#away.moved.get(id);
      const first = known ? known.before : (before as BranchSummary | undefined);
      this.#away.moved.set(id, { id, before: first, after: after as BranchSummary | undefined });
    }
  }

  #tell(): void {
    const away = this.#away;
    this.#away = undefined;
    if (!away?.end) return;
    const { from, first, end, rows, moved, messages, isSkipped } = away;
    const really = [...moved.values()].filter((one) => distance(one) > 0);
    if (!messages && !really.length) return;
    const sorted = really.sort((a, b) => distance(b) - distance(a));
    const range = [first, end.count] as const;
    this.missed = { from, until: end.until, messages, rows, isSkipped, moved: sorted, range };
    for (const listener of this.#listeners) listener();
  }
}

const awayFrom = (first: number): Away => ({
  from: Date.now(),
  first,
  end: undefined,
  rows: { user: 0, "mcp-ai": 0, system: 0 },
  moved: new Map(),
  messages: 0,
  isSkipped: false,
});

/** How much of a branch is another than before. */
function distance({ before, after }: Moved): number {
  if (!before || !after) return before === after ? 0 : Number.POSITIVE_INFINITY;
  const fields = ["total_tasks", "completed_tasks", "blocked_tasks", "in_progress_tasks"] as const;
  const tasks = fields.reduce((sum, field) => sum + Math.abs(after[field] - before[field]), 0);
  return tasks + Math.abs((after.avg_progress ?? 0) - (before.avg_progress ?? 0)) / 100;
}
