/** What just happened: the newest messages, and who had a hand in what last. */
import type { Body, EventMessage } from "@tidegate/client";
import { Ring } from "../ring.js";
import { eventsIn, type Hand } from "../words.js";

/** Things whose last change is remembered. */
const REMEMBERED = 5000;

/** Who changed something last, and when. */
export interface LastHand extends Hand {
  readonly at: number;
}

export class News {
  readonly messages = new Ring<EventMessage>({ items: 200, weight: 5000, weigh: eventsIn });
  /** The last hand in a row, and in anything of a branch, by id. */
  readonly #last = new Map<string, LastHand>();
  readonly #listeners = new Set<() => void>();

  /** Does little: most messages are never looked at. */
  hear(message: EventMessage): void {
    const { metadata, timestamp, type, payload } = message;
    const hand = { source: metadata.source, actor: metadata.userId, at: timestamp };
    const rows = type === "update" ? [payload.data.primary] : payload.data.primary;
    this.messages.push(message);
    for (const row of rows) if (row) this.#remember(row, hand);
    for (const listener of this.#listeners) listener();
  }

  lastOf(id: string): LastHand | undefined {
    return this.#last.get(id);
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #remember({ id, git_branch_id }: Body, hand: LastHand): void {
    for (const key of [id, git_branch_id]) {
      if (typeof key !== "string") continue;
      this.#last.delete(key);
      this.#last.set(key, hand);
    }
    for (const oldest of this.#last.keys()) {
      if (this.#last.size <= REMEMBERED) return;
      this.#last.delete(oldest);
    }
  }
}
