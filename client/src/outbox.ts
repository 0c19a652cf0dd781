import { backoff } from "./backoff.js";
import { TidegateError, unreachable } from "./errors.js";
import type { Change } from "./protocol.js";

/** A write that waits to be sent, or for its answer. */
export interface Outgoing {
  /** Correlation id and idempotency key. */
  readonly id: string;
  readonly change: Change;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** The service performed a write. */
export interface Written {
  /** The transaction; absent when only the echo was seen. */
  readonly txid?: string | undefined;
  readonly id?: string | undefined;
}

/** Where records are kept, oldest first. */
export interface OutboxStorage {
  all(): Promise<Outgoing[]>;
  add(record: Outgoing): Promise<void>;
  remove(id: string): Promise<void>;
}

/** What an outbox needs and tells. */
export interface OutboxPorts {
  readonly storage: Promise<OutboxStorage>;
  readonly max: number;
  readonly random: () => number;
  send(record: Outgoing): Promise<Written>;
  /** Once per record: performed, or refused for good. */
  done(record: Outgoing, outcome: Written | TidegateError): void;
  /** The storage failed: what waits will not survive a reload. */
  problem(error: unknown): void;
}

/** The service says so of what was performed before, when its answer was lost. */
const DONE_BEFORE: Readonly<Record<string, string>> = { create: "already_exists", delete: "not_found" };

/**
 * Writes leave one after the other, in order, and are kept until the service answered.
 *
 * Invariant: a record is removed only when it was performed or refused for good. One whose answer was lost is sent
 * again with the same id, unless its echo came meanwhile.
 */
export class Outbox {
  /** Those that may have been performed: sent, or even seen on the stream. */
  readonly #doubts = new Map<string, "sent" | "echoed">();
  #inFlight: string | undefined;
  #records: Outgoing[] = [];
  #isOpen = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;

  constructor(readonly ports: OutboxPorts) {}

  /** What waits, oldest first. */
  get records(): readonly Outgoing[] {
    return this.#records;
  }

  /** Takes what an earlier page left, or what another tab wrote. Answers what is new. */
  async reload(): Promise<Outgoing[]> {
    const known = new Set(this.#records.map(({ id }) => id));
    const found = (await (await this.ports.storage).all()).filter(({ id }) => !known.has(id));
    for (const { id } of found) this.#doubts.set(id, "sent");
    this.#records.push(...found);
    void this.#drain();
    return found;
  }

  /** Keeps a write, to be sent when there is a way. */
  async add(record: Outgoing): Promise<void> {
    if (this.#records.length >= this.ports.max) {
      throw new TidegateError("outbox_full", `${this.ports.max} writes wait already`, true);
    }
    this.#records.push(record);
    await this.#keep((storage) => storage.add(record));
    void this.#drain();
  }

  /** Whether there is a way now. */
  set isOpen(isOpen: boolean) {
    this.#isOpen = isOpen;
    this.#resume();
  }

  /** The echo of writes was seen: they were performed, whatever becomes of the answer. */
  echoed(ids: readonly string[]): void {
    for (const { id } of this.#records) if (ids.includes(id)) this.#doubts.set(id, "echoed");
    void this.#drain();
  }

  /** The outcome of a record, found out here or by the tab that sends for all. */
  finish(id: string, outcome: Written | TidegateError): void {
    const record = this.#records.find((one) => one.id === id);
    if (!record) return;
    this.#failures = 0;
    this.#records = this.#records.filter((one) => one !== record);
    this.#doubts.delete(id);
    void this.#keep((storage) => storage.remove(id));
    this.ports.done(record, outcome);
  }

  async #keep(change: (storage: OutboxStorage) => Promise<void>): Promise<void> {
    await this.ports.storage.then(change).catch(this.ports.problem);
  }

  async #drain(): Promise<void> {
    if (this.#inFlight) return;
    for (let next = this.#records[0]; next && this.#isOpen && !this.#timer; next = this.#records[0]) {
      this.#inFlight = next.id;
      await this.#send(next);
      this.#inFlight = undefined;
    }
  }

  async #send(record: Outgoing): Promise<void> {
    const { id, change } = record;
    if (this.#doubts.get(id) === "echoed") return this.finish(id, {});
    const wasDoubtful = this.#doubts.has(id);
    this.#doubts.set(id, "sent");
    const outcome = await this.ports.send(record).catch(unreachable);
    if (!(outcome instanceof TidegateError)) return this.finish(id, outcome);
    if (this.#doubts.get(id) === "echoed") return this.finish(id, {});
    if (wasDoubtful && outcome.code === DONE_BEFORE[change.action]) return this.finish(id, {});
    if (!outcome.retryable) return this.finish(id, outcome);
    if (!this.#isOpen) return;
    const delay = outcome.retryAfterMs ?? backoff(++this.#failures, this.ports.random());
    this.#timer = setTimeout(() => this.#resume(), delay);
  }

  #resume(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    void this.#drain();
  }
}
