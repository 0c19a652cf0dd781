/** Counts what comes, second by second, for as long as the charts are wide. */
import type { EventMessage, Source } from "@tidegate/client";
import { eventsIn } from "../words.js";

/** Seconds that are kept. */
export const SECONDS = 120;
/** Delays of one second that are kept. */
const SAMPLES = 500;

export type Series = (number | null)[];

const SOURCES: readonly Source[] = ["user", "mcp-ai", "system"];

export class Meter {
  readonly times: number[] = [];
  readonly events: Readonly<Record<Source, Series>> = { user: [], "mcp-ai": [], system: [] };
  readonly median: Series = [];
  readonly p95: Series = [];
  #counts: Record<Source, number> = { user: 0, "mcp-ai": 0, system: 0 };
  #delays: number[] = [];

  count(message: EventMessage): void {
    const { source } = message.metadata;
    this.#counts[source] += eventsIn(message);
    const delay = delayOf(message);
    if (delay !== null && this.#delays.length < SAMPLES) this.#delays.push(delay);
  }

  /** A second is over. */
  tick(now = Date.now()): void {
    const sorted = this.#delays.sort((a, b) => a - b);
    const at = (share: number): number | null => sorted[Math.floor(sorted.length * share)] ?? null;
    keep(this.times, Math.floor(now / 1000));
    for (const source of SOURCES) keep(this.events[source], this.#counts[source]);
    keep(this.median, at(0.5));
    keep(this.p95, at(0.95));
    this.#counts = { user: 0, "mcp-ai": 0, system: 0 };
    this.#delays = [];
  }
}

/** Appends, and lets the oldest go. */
export function keep<T>(series: T[], value: T): void {
  series.push(value);
  if (series.length > SECONDS) series.shift();
}

/**
 * From the start of the writer's transaction (`updated_at`) to here, in milliseconds; of AI agents not, who wait by
 * design. Null where the message does not say, and where the two clocks disagree.
 */
function delayOf({ type, payload, metadata }: EventMessage): number | null {
  if (type !== "update" || metadata.source === "mcp-ai" || payload.action === "delete") return null;
  const began = Date.parse(String(payload.data.primary?.updated_at));
  const delay = Date.now() - began;
  return delay >= 0 && delay < 60_000 ? delay : null;
}
