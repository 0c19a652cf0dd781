import { rowsOf } from "./facts.js";
import type { EventMessage } from "./protocol.js";

/** How long the first waits, in milliseconds. */
export const AI_WINDOW_MS = 500;
/** How many wait at most. */
export const AI_WINDOW_MAX = 50;

/**
 * Single changes of AI agents, gathered so that a page is painted once for many of them. Has no clock.
 *
 * Invariant: the window begins with its first message and is not prolonged, so a steady stream is shown twice a
 * second; and of one row nothing is overtaken.
 */
export class AiBuffer {
  #messages: EventMessage[] = [];
  readonly #rows = new Set<string>();

  /** Whether a message waits here. A `bulk` does not: it was gathered by the service. */
  static gathers(message: EventMessage): boolean {
    return message.metadata.source === "mcp-ai" && message.type === "update";
  }

  /** Takes a message; answers what to do: begin the window, end it, or nothing. */
  add(message: EventMessage): "begin" | "end" | "wait" {
    this.#messages.push(message);
    for (const row of rowsOf(message)) this.#rows.add(row);
    if (this.#messages.length >= AI_WINDOW_MAX) return "end";
    return this.#messages.length === 1 ? "begin" : "wait";
  }

  /** Whether something waits that must be applied before this message. */
  precedes(message: EventMessage): boolean {
    return rowsOf(message).some((row) => this.#rows.has(row));
  }

  /** Everything that waited, in order. */
  take(): EventMessage[] {
    const taken = this.#messages;
    this.#messages = [];
    this.#rows.clear();
    return taken;
  }
}
