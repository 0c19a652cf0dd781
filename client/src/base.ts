import { type Fact, isElsewhere } from "./facts.js";
import type { Body } from "./protocol.js";

/** Deletions that are remembered, so that what is told late does not bring a row back. */
const GRAVES = 10_000;

interface Part {
  readonly body: Body;
  readonly asOf: number;
}

interface Entry {
  readonly row?: Part;
  readonly summary?: Part;
}

/**
 * What the service said: the newest of everything, by kind and id.
 *
 * Invariant: nothing is replaced by what is older, whatever the order of arrival. A row and its summary have
 * clocks of their own, because an agent's change of the one may be told after a person's of the other.
 */
export class Base {
  readonly #kinds = new Map<string, Map<string, Entry>>();
  readonly #graves = new Map<string, number>();

  /** The newer of row and summary, laid over the older. */
  get(kind: string, id: string): Body | undefined {
    const { row, summary } = this.#kinds.get(kind)?.get(id) ?? {};
    if (!row || !summary) return (row ?? summary)?.body;
    return row.asOf > summary.asOf ? { ...summary.body, ...row.body } : { ...row.body, ...summary.body };
  }

  /** All things of a kind. */
  *all(kind: string): Iterable<[id: string, body: Body]> {
    for (const id of this.#kinds.get(kind)?.keys() ?? []) yield [id, this.get(kind, id) as Body];
  }

  /** Believes a fact, unless something newer is known. Answers whether it did. */
  put({ kind, id, part, body, asOf, left }: Fact): boolean {
    const held = left && this.get(kind, id);
    if (held && isElsewhere(left, held)) return false;
    const grave = `${kind}:${id}`;
    const entry = this.#kinds.get(kind)?.get(id);
    const known = body ? entry?.[part]?.asOf : newest(entry);
    if (asOf < Math.max(known ?? -1, this.#graves.get(grave) ?? -1)) return false;
    if (body) {
      this.#graves.delete(grave);
      this.#of(kind).set(id, { ...entry, [part]: { body, asOf } });
    } else {
      this.#kinds.get(kind)?.delete(id);
      this.#bury(grave, asOf);
    }
    return true;
  }

  /** Everything that is held as of before `asOf`. */
  *olderThan(asOf: number): Iterable<[kind: string, id: string, body: Body]> {
    for (const [kind, entries] of this.#kinds) {
      for (const [id, body] of this.all(kind)) if (newest(entries.get(id)) < asOf) yield [kind, id, body];
    }
  }

  /** Drops a thing without a grave: it is unknown, not deleted. */
  forget(kind: string, id: string): void {
    this.#kinds.get(kind)?.delete(id);
  }

  /** Another epoch: sequences of the old one mean nothing any more. */
  forgetGraves(): void {
    this.#graves.clear();
  }

  #of(kind: string): Map<string, Entry> {
    const entries = this.#kinds.get(kind) ?? new Map<string, Entry>();
    this.#kinds.set(kind, entries);
    return entries;
  }

  #bury(grave: string, asOf: number): void {
    this.#graves.delete(grave);
    this.#graves.set(grave, asOf);
    if (this.#graves.size <= GRAVES) return;
    for (const oldest of this.#graves.keys()) {
      this.#graves.delete(oldest);
      break;
    }
  }
}

const newest = (entry?: Entry): number => Math.max(entry?.row?.asOf ?? -1, entry?.summary?.asOf ?? -1);
