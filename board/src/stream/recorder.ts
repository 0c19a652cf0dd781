/**
 * What the inspector shows: the newest messages and changes of state. It goes on while the reader has paused; what
 * does not fit is counted.
 */
import type { Client, EventMessage } from "@tidegate/client";
import { Ring } from "../ring.js";
import { eventsIn, sentenceOf } from "../words.js";

/** Entries that are kept, and rows in all of them together. */
export const KEPT = 2000;
const ROWS_KEPT = 20_000;

export interface Entry {
  readonly number: number;
  readonly at: number;
  /** Made when it is looked at: most never are. */
  readonly sentence: () => string;
  readonly message?: EventMessage;
}

export class Recorder {
  readonly entries = new Ring<Entry>({
    items: KEPT,
    weight: ROWS_KEPT,
    weigh: ({ message }) => (message ? eventsIn(message) : 0),
  });
  readonly #listeners = new Set<() => void>();
  #status = "";

  constructor(client: Client) {
    client.on("state", (state) => {
      const reason =
        "reason" in state && state.reason
          ? `: ${typeof state.reason === "string" ? state.reason : state.reason.reason}`
          : "";
      const text = `connection ${state.status}${reason}`;
      if (text === this.#status) return;
      this.#status = text;
      this.#add(() => text);
    });
    client.on("subscription", ({ topic, state }) => {
      if (state.status === "closed") this.#add(() => `${topic} refused: ${state.reason}`);
    });
    client.on("error", (error) => this.#add(() => `error ${error.code}: ${error.reason}`));
  }

  hear(message: EventMessage): void {
    this.#add(() => sentenceOf(message), message);
  }

  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What is kept, a message a line, oldest first. */
  ndjson(): string {
    let text = "";
    for (const { message } of this.entries) if (message) text += `${JSON.stringify(message)}\n`;
    return text;
  }

  #add(make: () => string, message?: EventMessage): void {
    let said: string | undefined;
    const sentence = (): string => {
      said ??= make();
      return said;
    };
    const entry = { number: this.entries.count, at: message?.timestamp ?? Date.now(), sentence };
    this.entries.push(message ? { ...entry, message } : entry);
    for (const listener of this.#listeners) listener();
  }
}
