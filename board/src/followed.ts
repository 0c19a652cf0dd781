/**
 * Rows of one of the service's tables as they stand: asked for, and from then on as its topic tells them. They are asked
 * for again whenever the topic becomes live, so that nothing that was missed stays missing.
 */
import type { Client, EventMessage } from "@tidegate/client";

/** What is followed. */
export interface Followed<T> {
  /** Null: the reader may hear none, and asks. */
  readonly topic: string | null;
  readonly entity: string;
  /** All rows as they are now. */
  load(): Promise<readonly T[]>;
}

/** The rows are not what they were, or could not be asked for. `fresh`: the one that was just made. */
type Listener<T> = (fresh?: T) => void;

export class Follower<T extends { readonly id: string }> {
  /** Why they could not be asked for the last time. */
  error: Error | undefined;
  /** Undefined until the first answer. */
  rows: ReadonlyMap<string, T> | undefined;
  readonly #rows = new Map<string, T>();
  readonly #listeners = new Set<Listener<T>>();
  readonly #what: Followed<T>;
  readonly #stops: readonly (() => void)[];
  #isAsking = false;
  /** Something was heard while it was asked: the answer may be older. */
  #isStale = false;

  constructor(client: Client, what: Followed<T>) {
    this.#what = what;
    const { topic } = what;
    this.#stops = [
      client.on("message", (message) => this.#hear(message)),
      client.on("subscription", ({ topic: name, state }) => {
        if (name === topic && state.status === "live") void this.ask();
      }),
      ...(topic ? [client.subscribe([topic])] : []),
    ];
    void this.ask();
  }

  /** Tells at once what is known. */
  listen(listener: Listener<T>): () => void {
    this.#listeners.add(listener);
    if (this.rows || this.error) listener();
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#listeners.clear();
  }

  async ask(): Promise<void> {
    this.#isStale = true;
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      while (this.#isStale) {
        this.#isStale = false;
        const rows = await this.#what.load();
        if (!this.#isStale) this.#replace(rows);
      }
    } catch (error) {
      this.error = error as Error;
      this.#tell();
    }
    this.#isAsking = false;
  }

  #replace(rows: readonly T[]): void {
    this.#rows.clear();
    for (const row of rows) this.#rows.set(row.id, row);
    this.rows = this.#rows;
    this.error = undefined;
    this.#tell();
  }

  #hear({ type, payload }: EventMessage): void {
    const told =
      type === "update"
        ? [{ ...payload, row: payload.data.primary }]
        : payload.updates.map((update, at) => ({ ...update, row: payload.data.primary[at] ?? null }));
    let fresh: T | undefined;
    let isOurs = false;
    for (const { entity, action, row } of told) {
      if (entity !== this.#what.entity || !row) continue;
      isOurs = true;
      const found = row as unknown as T;
      if (action === "delete") this.#rows.delete(found.id);
      else this.#rows.set(found.id, { ...this.#rows.get(found.id), ...found });
      if (action === "create") fresh = found;
    }
    if (!isOurs) return;
    this.#isStale = true;
    // Before the first answer there is more than what was heard.
    if (this.rows) this.#tell(fresh);
  }

  #tell(fresh?: T): void {
    for (const listener of this.#listeners) listener(fresh);
  }
}
