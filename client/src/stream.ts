import { type Chain, chainAt, chainFrom, link } from "./chain.js";
import type { Ack, ClientMessage, EventMessage, Snapshot, Summaries } from "./protocol.js";
import type { Position } from "./states.js";

/** What is known of one topic that is wanted. */
export interface Topic {
  /** Everything up to here was received; null before the first snapshot. */
  readonly position: number | null;
  /** The code with which it was refused. */
  readonly refused?: string;
}

/** What a message is to the stream. */
export type Verdict =
  | "apply"
  /** Had before, or of a topic of which something is missing: it will come again. */
  | "ignore"
  /** Something before it is missing: ask for these topics by a resume; if that did not help, for a snapshot. */
  | { readonly heal: "resume" | "sync"; readonly topics: string[] };

/** A request for what was missed. */
export type Resume = ClientMessage & { readonly type: "resume" };

/**
 * What is known of the stream: the epoch, the topics and up to where each was received. It outlives connections,
 * and is the same for all transports. Has no clock and no I/O.
 *
 * Invariant: a topic's position never runs ahead of what was received on it.
 */
export class Stream {
  #epoch: string | null = null;
  readonly #topics = new Map<string, Topic>();
  /** By carrier: `project:…` carries what `branch:…` and `task:…` select. */
  readonly #chains = new Map<string, Chain>();
  readonly #healing = new Set<string>();
  /** Resumed because of a gap, and not proved by a message since. */
  readonly #suspects = new Set<string>();

  get epoch(): string | null {
    return this.#epoch;
  }

  get topics(): ReadonlyMap<string, Topic> {
    return this.#topics;
  }

  get chains(): ReadonlyMap<string, Chain> {
    return this.#chains;
  }

  /** Topics that need a snapshot. */
  get unknown(): string[] {
    return [...this.#topics].flatMap(([name, { position, refused }]) =>
      position === null && !refused ? name : [],
    );
  }

  /** Topics that may be heard. */
  get open(): string[] {
    return [...this.#topics].flatMap(([name, { refused }]) => (refused ? [] : name));
  }

  /** The least of the topics' positions: from here nothing is missed. */
  get position(): Position | null {
    const known = Object.values(this.#positions(this.#topics.keys()));
    return this.#epoch && known.length ? { epoch: this.#epoch, sequence: Math.min(...known) } : null;
  }

  /** Events of a topic (of all) that are known to exist and were not received. */
  lag(topic?: string): number {
    const behind = [...this.#chains].map(([carrier, { seen, position }]) =>
      topic === undefined || topic === carrier ? seen - position : 0,
    );
    return Math.max(0, ...behind);
  }

  /** Whether something of a topic (of any) is missing. */
  isHealing(topic?: string): boolean {
    return topic === undefined ? this.#healing.size > 0 : this.#healing.has(topic);
  }

  /** Wants topics; answers those that are new. */
  want(topics: Iterable<string>): string[] {
    const fresh = [...new Set(topics)].filter((topic) => {
      const known = this.#topics.get(topic);
      return !known || known.refused;
    });
    for (const topic of fresh) this.#topics.set(topic, { position: null });
    return fresh;
  }

  /** Does not want topics any more; answers those that it wanted. */
  drop(topics: Iterable<string>): string[] {
    const dropped = [...topics].filter((topic) => this.#topics.delete(topic));
    this.#settle(dropped);
    for (const topic of dropped) this.#chains.delete(topic);
    return dropped;
  }

  /** What to ask for after a pause, of these topics or of all. */
  resume(topics: Iterable<string> = this.#topics.keys()): Resume | null {
    const positions = this.#positions(topics);
    const epoch = this.#epoch;
    return epoch && Object.keys(positions).length ? { type: "resume", epoch, positions } : null;
  }

  /** Judges a message, and counts it as received if it is to be applied. */
  accept({ sequence, metadata }: EventMessage): Verdict {
    const carrier = metadata.topic ?? "";
    if (this.#healing.has(carrier)) return "ignore";
    if (metadata.epoch !== this.#epoch) return this.#gap(carrier, [...this.#topics.keys()]);
    // The first message by a carrier that nobody asked for continues nothing.
    const first = { last: metadata.previous, position: 0, seen: 0 };
    const step = link(this.#chains.get(carrier) ?? first, sequence, metadata);
    if (step.kind === "repeat") return "ignore";
    if (step.kind === "gap") {
      return this.#gap(carrier, this.#topics.has(carrier) ? [carrier] : [...this.#topics.keys()]);
    }
    this.#chains.set(carrier, step.chain);
    this.#suspects.delete(carrier);
    this.reach({ [carrier]: step.chain.position });
    return "apply";
  }

  /** The service begins to send again what came after the positions asked for. */
  resumed(request: Resume): void {
    const topics = Object.keys(request.positions);
    for (const topic of topics) {
      if (this.#healing.has(topic)) this.#suspects.add(topic);
      const position = this.#topics.get(topic)?.position;
      if (typeof position === "number") this.#chains.set(topic, chainFrom(position));
    }
    this.#settle(topics);
  }

  /** A snapshot; answers of which topics something was missed. */
  sync({ epoch, reason, topics, positions, sequence }: Snapshot): readonly string[] | "everything" {
    const isNew = epoch !== this.#epoch;
    if (isNew) this.#restart(epoch);
    const missed = reason === "subscribe" ? topics.filter((topic) => this.#healing.has(topic)) : topics;
    for (const topic of topics) {
      const position = positions[topic] ?? sequence;
      this.#topics.set(topic, { position });
      this.#chains.set(topic, chainFrom(position));
      this.#suspects.delete(topic);
    }
    this.#settle(topics);
    return isNew ? "everything" : missed;
  }

  /** Goes on where another tab stands, right after its snapshot. */
  adopt(chains: Iterable<readonly [carrier: string, chain: Chain]>): void {
    for (const [carrier, chain] of chains) this.#chains.set(carrier, chain);
  }

  /** Where this stands, for another tab. */
  snapshot(summaries: Summaries): Snapshot | null {
    if (!this.position) return null;
    const positions = this.#positions(this.#topics.keys());
    return { ...summaries, ...this.position, topics: Object.keys(positions), positions, reason: "resync" };
  }

  /** Everything up to these positions was received, on topics of which nothing is missing. */
  reach(positions: Readonly<Record<string, number>>): void {
    for (const [name, position] of Object.entries(positions)) {
      const topic = this.#topics.get(name);
      if (typeof topic?.position !== "number" || this.#healing.has(name)) continue;
      this.#topics.set(name, { position: Math.max(topic.position, position) });
      const chain = this.#chains.get(name);
      if (chain) this.#chains.set(name, chainAt(chain, position));
    }
  }

  /** These topics will not be heard. Answers their names. */
  refuse(refused: Ack["refused"] = []): string[] {
    return refused.flatMap(({ topic, code }) => {
      if (!this.#topics.has(topic)) return [];
      this.#topics.set(topic, { position: null, refused: code });
      this.#chains.delete(topic);
      return topic;
    });
  }

  #positions(topics: Iterable<string>): Record<string, number> {
    const positions: Record<string, number> = {};
    for (const topic of topics) {
      const position = this.#topics.get(topic)?.position;
      if (typeof position === "number") positions[topic] = position;
    }
    return positions;
  }

  #gap(carrier: string, topics: string[]): Verdict {
    const heal = topics.some((topic) => this.#suspects.has(topic)) ? "sync" : "resume";
    for (const topic of [carrier, ...topics]) this.#healing.add(topic);
    return { heal, topics };
  }

  /** Nothing is missing any more of these topics, nor of what is carried for them. */
  #settle(topics: Iterable<string>): void {
    for (const topic of topics) this.#healing.delete(topic);
    for (const known of [this.#healing, this.#chains]) {
      for (const carrier of known.keys()) if (!this.#topics.has(carrier)) known.delete(carrier);
    }
  }

  /** Another epoch: positions of the old one mean nothing. */
  #restart(epoch: string): void {
    this.#epoch = epoch;
    this.#chains.clear();
    this.#suspects.clear();
    for (const [topic, { refused }] of this.#topics)
      if (!refused) this.#topics.set(topic, { position: null });
  }
}
