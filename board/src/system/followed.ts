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
  /** They are not what they were. `fresh`: the one that was just made. */
  changed(rows: ReadonlyMap<string, T>, fresh?: T): void;
  failed(error: Error): void;
}

export class Follower<T extends { readonly id: string }> {
  readonly #rows = new Map<string, T>();
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

  close(): void {
    for (const stop of this.#stops) stop();
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
      this.#what.failed(error as Error);
    }
    this.#isAsking = false;
  }

  #replace(rows: readonly T[]): void {
    this.#rows.clear();
    for (const row of rows) this.#rows.set(row.id, row);
    this.#what.changed(this.#rows);
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
    this.#what.changed(this.#rows, fresh);
  }
}
