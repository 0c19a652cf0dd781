/** What just happened: the newest of it, and who had a hand in what last. */
import type { EventMessage } from "@tidegate/client";
import { Ring } from "../ring.js";
import { type Telling, tellingsOf } from "../words.js";

/** Things whose last change is remembered. */
const REMEMBERED = 5000;

export class News {
  /** What one message told, each. */
  readonly items = new Ring<readonly Telling[]>(200);
  /** The last change of a row, and of anything in a branch, by id. */
  readonly #last = new Map<string, Telling>();
  readonly #listeners = new Set<() => void>();

  hear(message: EventMessage): void {
    const fresh = tellingsOf(message);
    this.items.push(fresh);
    for (const telling of fresh) {
      if (telling.id) this.#remember(telling.id, telling);
      if (telling.branchId) this.#remember(telling.branchId, telling);
    }
    for (const listener of this.#listeners) listener();
  }

  lastOf(id: string): Telling | undefined {
    return this.#last.get(id);
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #remember(id: string, telling: Telling): void {
    this.#last.delete(id);
    this.#last.set(id, telling);
    if (this.#last.size <= REMEMBERED) return;
    for (const oldest of this.#last.keys()) {
      this.#last.delete(oldest);
      break;
    }
  }
}
