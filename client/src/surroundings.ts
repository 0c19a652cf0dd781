import type { Connection } from "./connection.js";
import type { TidegateError } from "./errors.js";
import type { Inbox } from "./inbox.js";
import type { Outbox, OutboxStorage, Outgoing, Written } from "./outbox.js";
import type { EventMessage, Snapshot } from "./protocol.js";
import type { ConnectionState } from "./states.js";

/** What the leading tab tells those that follow. */
export type Told =
  | { readonly type: "status"; readonly state: ConnectionState }
  | { readonly type: "event"; readonly message: EventMessage }
  | { readonly type: "sync"; readonly snapshot: Snapshot }
  | { readonly type: "done"; readonly id: string; readonly outcome: Written | TidegateError };

/** What surroundings may see and do of a client. */
export interface Insides {
  readonly inbox: Inbox;
  readonly connection: Connection;
  readonly outbox: Outbox;
  /** From now on this client has the socket, and sends. */
  lead(): void;
  /** Whether it does. */
  readonly leads: boolean;
  /** Another tab's state changed. */
  changed(): void;
  /** There may be writes of others to send. */
  adoptWrites(): void;
  /** Somebody looks, or nobody; a network, or none. */
  review(): void;
}

/** Where a client lives: a page among tabs, or a program. */
export interface Surroundings {
  readonly storage: OutboxStorage;
  /** Why not to be connected now. */
  readonly absence: "hidden" | "offline" | null;
  /** The state of the tab that leads, if another one does. */
  readonly state: ConnectionState | undefined;
  /** Takes part; sooner or later it may lead. */
  join(): void;
  /** Does not take part any more. */
  leave(): void;
  /** To those that follow. */
  tell(told: Told): void;
  /** To the one that leads: our topics changed, or we lost track. */
  ask(): void;
  /** To the one that leads: a write lies in the outbox. */
  wrote(): void;
  /** For good. */
  end(): void;
}

/** A program, or a page that knows no better: alone, seen, connected; what it wrote is gone with it. */
export class Solitude implements Surroundings {
  readonly #records = new Map<string, Outgoing>();
  readonly absence = null;
  readonly state = undefined;
  readonly storage: OutboxStorage = {
    all: async () => [...this.#records.values()],
    add: async (record) => void this.#records.set(record.id, record),
    remove: async (id) => void this.#records.delete(id),
  };

  constructor(readonly insides: Insides) {}

  join(): void {
    if (!this.insides.leads) this.insides.lead();
  }

  leave(): void {}
  tell(): void {}
  ask(): void {}
  wrote(): void {}
  end(): void {}
}
