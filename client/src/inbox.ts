import { AI_WINDOW_MS, AiBuffer } from "./ai-buffer.js";
import { factsOf, factsOfSummaries } from "./facts.js";
import type { Ack, EventMessage, Snapshot } from "./protocol.js";
import type { Store } from "./store.js";
import type { Stream, Verdict } from "./stream.js";

/** Transactions whose echo is remembered, for writes whose answer comes after it. */
const ECHOES = 1_000;

/** What others want to know of what comes in. */
export interface InboxEvents {
  /** A message that was not had before. */
  message(message: EventMessage): void;
  /** A snapshot was applied. */
  synced(snapshot: Snapshot): void;
  /** Topics were refused. */
  refused(): void;
  /** The echo of writes of ours was applied. */
  settled(ids: readonly string[]): void;
}

/**
 * Where messages come in, whatever carried them: the stream judges them, an agent's wait for company, the store
 * applies the rest, each as one change set.
 */
export class Inbox {
  readonly #buffer = new AiBuffer();
  readonly #echoes = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly stream: Stream,
    readonly store: Store,
    readonly events: InboxEvents,
  ) {}

  /** Takes an event message; answers what the stream made of it. */
  receive(message: EventMessage): Verdict {
    const verdict = this.stream.accept(message);
    if (verdict !== "apply") return verdict;
    this.events.message(message);
    if (!AiBuffer.gathers(message)) {
      if (this.#buffer.precedes(message)) this.flush();
      this.#apply([message]);
      return verdict;
    }
    const next = this.#buffer.add(message);
    if (next === "begin") this.#timer = setTimeout(() => this.flush(), AI_WINDOW_MS);
    if (next === "end") this.flush();
    return verdict;
  }

  /** Starts over from a snapshot. */
  sync(snapshot: Snapshot): void {
    this.flush();
    const missed = this.stream.sync(snapshot);
    this.store.restart(factsOfSummaries(snapshot, snapshot.sequence), missed, snapshot.sequence);
    this.events.synced(snapshot);
  }

  /** Topics that the service does not let us hear, or not any more. */
  refuse(refused: Ack["refused"]): void {
    const kept = new Set(this.stream.topics.keys());
    const names = this.stream.refuse(refused);
    for (const name of names) kept.delete(name);
    this.store.release(names, kept);
    if (names.length) this.events.refused();
  }

  /** Applies what waits. */
  flush(): void {
    clearTimeout(this.#timer);
    const waiting = this.#buffer.take();
    if (waiting.length) this.#apply(waiting);
  }

  /** Whether the echo of a transaction was seen. */
  hasSeen(txid: string): boolean {
    return this.#echoes.has(txid);
  }

  #apply(messages: readonly EventMessage[]): void {
    const settled = messages.flatMap((message) => this.#settledBy(message));
    const last = messages.at(-1) as EventMessage;
    const { source, userId } = last.metadata;
    const refetch = messages.flatMap(({ payload }) => ("coalesced" in payload && payload.coalesced) || []);
    const occasion = { cause: "message", source, actor: userId, refetch } as const;
    this.store.apply(messages.flatMap(factsOf), settled, occasion);
    if (settled.length) this.events.settled(settled);
  }

  /** The patches that a message shows: by the correlation id that we gave, or by the transaction. */
  #settledBy({ type, payload, metadata }: EventMessage): string[] {
    const txids = [metadata.txid, ...(type === "bulk" ? payload.updates.map(({ txid }) => txid) : [])];
    for (const txid of txids) if (txid) this.#remember(txid);
    return [...this.store.patches.values()]
      .filter(({ id, txid }) => id === metadata.correlationId || (txid && txids.includes(txid)))
      .map(({ id }) => id);
  }

  #remember(txid: string): void {
    this.#echoes.add(txid);
    if (this.#echoes.size > ECHOES)
      for (const oldest of this.#echoes) return void this.#echoes.delete(oldest);
  }
}
