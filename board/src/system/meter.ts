/** Counts what comes, second by second, for as long as the charts are wide. */
import type { ChangeSet, EventMessage, Source } from "@tidegate/client";
import { eventsIn } from "../words.js";

/** Seconds that are kept. */
export const SECONDS = 120;
/** Upper bounds of the delays' classes, in milliseconds; what is above the last is a class of its own. */
export const BOUNDS_MS = [5, 10, 20, 35, 50, 75, 100, 200, 500, 1000] as const;
/** Delays of one second that are kept. */
const SAMPLES = 500;

export type Series = (number | null)[];

const SOURCES: readonly Source[] = ["user", "mcp-ai", "system"];

export class Meter {
  readonly times: number[] = [];
  readonly events: Readonly<Record<Source, Series>> = { user: [], "mcp-ai": [], system: [] };
  readonly median: Series = [];
  readonly p95: Series = [];
  /** Of AI agents since the page was opened: what they changed, and how often that was shown. */
  readonly ai = { events: 0, shown: 0 };
  readonly #classes: number[][] = [];
  #counts: Record<Source, number> = { user: 0, "mcp-ai": 0, system: 0 };
  #delays: number[] = [];

  count(message: EventMessage): void {
    const { source } = message.metadata;
    const events = eventsIn(message);
    this.#counts[source] += events;
    if (source === "mcp-ai") this.ai.events += events;
    const delay = delayOf(message);
    if (delay !== null && this.#delays.length < SAMPLES) this.#delays.push(delay);
  }

  /** Something was shown. */
  apply({ cause, source }: ChangeSet): void {
    if (cause === "message" && source === "mcp-ai") this.ai.shown += 1;
  }

  /** A second is over. */
  tick(now = Date.now()): void {
    const sorted = this.#delays.sort((a, b) => a - b);
    const at = (share: number): number | null => sorted[Math.floor(sorted.length * share)] ?? null;
    keep(this.times, Math.floor(now / 1000));
    for (const source of SOURCES) keep(this.events[source], this.#counts[source]);
    keep(this.median, at(0.5));
    keep(this.p95, at(0.95));
    keep(this.#classes, classesOf(sorted));
    this.#counts = { user: 0, "mcp-ai": 0, system: 0 };
    this.#delays = [];
  }

  /** How many of the kept delays fall into each class. */
  distribution(): number[] {
    return this.#classes.reduce((sums, one) => sums.map((sum, at) => sum + (one[at] ?? 0)), classesOf([]));
  }
}

/** Appends, and lets the oldest go. */
export function keep<T>(series: T[], value: T): void {
  series.push(value);
  if (series.length > SECONDS) series.shift();
}

function classesOf(delays: readonly number[]): number[] {
  const classes = new Array<number>(BOUNDS_MS.length + 1).fill(0);
  for (const delay of delays) {
    const found = BOUNDS_MS.findIndex((bound) => delay <= bound);
    const at = found < 0 ? BOUNDS_MS.length : found;
    classes[at] = (classes[at] ?? 0) + 1;
  }
  return classes;
}

/**
 * From the start of the writer's transaction (`updated_at`) to here, in milliseconds: never less than from its commit,
 * of which a message does not tell the time. Of AI agents not, who wait by design. Null where the message does not
 * say, and where the two clocks disagree.
 */
function delayOf({ type, payload, metadata }: EventMessage): number | null {
  if (type !== "update" || metadata.source === "mcp-ai" || payload.action === "delete") return null;
  const began = Date.parse(String(payload.data.primary?.updated_at));
  const delay = Date.now() - began;
  return delay >= 0 && delay < 60_000 ? delay : null;
}
