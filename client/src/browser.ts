/** What only a page needs: the other tabs, whether somebody looks, and a storage. Loaded where there is a document. */
import type { Chain } from "./chain.js";
import { DurableStorage } from "./durable-storage.js";
import { TidegateError } from "./errors.js";
import type { Settings } from "./options.js";
import type { OutboxStorage } from "./outbox.js";
import type { Snapshot } from "./protocol.js";
import type { ConnectionState } from "./states.js";
import { type Insides, Solitude, type Surroundings, type Told } from "./surroundings.js";

/** What the tabs of one scope say to each other. */
type TabMessage =
  | Told
  /** A tab that follows wants these topics, and to know how things stand. */
  | { readonly type: "hello"; readonly topics: readonly string[] }
  /** How things stand. */
  | { readonly type: "stand"; readonly snapshot: Snapshot; readonly chains: [string, Chain][] }
  /** A write lies in the outbox. */
  | { readonly type: "write" };

const CONNECTING = {
  status: "connecting",
  failures: 0,
  retryInMs: 0,
  reason: null,
  position: null,
  lag: 0,
} as const;

/**
 * A page among the tabs of its scope. Whoever holds the lock leads: it has the socket and tells the others all that
 * it hears. Each keeps its own store and its own positions, so the next one goes on from where it stands.
 */
export class Page implements Surroundings {
  readonly storage: OutboxStorage;
  readonly #scope: string | undefined;
  readonly #alone: Solitude;
  #channel: BroadcastChannel | undefined;
  #leave: (() => void) | undefined;
  #leader: ConnectionState | undefined;
  /** The tab that leads was asked how things stand. */
  #isAsking = false;

  constructor(
    readonly settings: Settings,
    readonly insides: Insides,
  ) {
    const { scope, tabs } = settings;
    this.#alone = new Solitude(insides);
    this.storage = scope && typeof indexedDB === "object" ? new DurableStorage(scope) : this.#alone.storage;
    const canShare = typeof BroadcastChannel === "function" && !!globalThis.navigator?.locks;
    this.#scope = tabs && canShare ? scope : undefined;
    this.#listen("addEventListener");
  }

  get absence(): "hidden" | "offline" | null {
    if (globalThis.navigator?.onLine === false) return "offline";
    return this.settings.pauseWhenHidden && document.visibilityState === "hidden" ? "hidden" : null;
  }

  get state(): ConnectionState | undefined {
    return this.insides.leads ? undefined : this.#leader;
  }

  join(): void {
    if (!this.#scope) return this.#alone.join();
    if (this.#leave) return;
    this.#leader = CONNECTING;
    this.#channel = new BroadcastChannel(this.#scope);
    this.#channel.onmessage = ({ data }) => this.#hear(JSON.parse(data, revive));
    const waiting = new AbortController();
    const held = new Promise<void>((release) => {
      this.#leave = () => {
        waiting.abort();
        release();
      };
    });
    const lead = (): Promise<void> => {
      if (!waiting.signal.aborted) this.insides.lead();
      return held;
    };
    navigator.locks.request(this.#scope, { signal: waiting.signal }, lead).catch(() => {});
    this.ask();
  }

  leave(): void {
    this.#leave?.();
    this.#leave = undefined;
    this.#leader = undefined;
    this.#channel?.close();
    this.#channel = undefined;
  }

  tell(told: Told): void {
    if (this.insides.leads) this.#say(told);
  }

  ask(): void {
    this.#isAsking = true;
    this.#say({ type: "hello", topics: [...this.insides.inbox.stream.topics.keys()] });
  }

  wrote(): void {
    this.#say({ type: "write" });
  }

  end(): void {
    this.#listen("removeEventListener");
  }

  #listen(how: "addEventListener" | "removeEventListener"): void {
    document[how]("visibilitychange", this.insides.review);
    for (const event of ["online", "offline"]) globalThis[how]?.(event, this.insides.review);
  }

  #say(message: TabMessage): void {
    this.#channel?.postMessage(JSON.stringify(message));
  }

  #hear(message: TabMessage): void {
    const { inbox, outbox, adoptWrites, changed } = this.insides;
    if (this.insides.leads) {
      if (message.type === "hello") this.#welcome(message.topics);
      if (message.type === "write") adoptWrites();
    } else if (message.type === "status") {
      this.#leader = message.state;
      changed();
    } else if (message.type === "event") {
      if (typeof inbox.receive(message.message) !== "string") this.ask();
    } else if (message.type === "sync") {
      inbox.sync(message.snapshot);
    } else if (message.type === "stand" && this.#isAsking) {
      this.#isAsking = false;
      inbox.sync(message.snapshot);
      inbox.stream.adopt(message.chains);
    } else if (message.type === "done") {
      outbox.finish(message.id, message.outcome);
    }
  }

  /** Answers a tab that asks. */
  #welcome(topics: readonly string[]): void {
    const { inbox, connection } = this.insides;
    const { stream, store } = inbox;
    connection.follow(stream.want(topics));
    inbox.flush();
    this.#say({ type: "status", state: connection.state });
    const snapshot = stream.snapshot(store.summaries());
    if (snapshot) this.#say({ type: "stand", snapshot, chains: [...stream.chains] });
  }
}

/** Errors are to be errors again on the other side. */
function revive(_key: string, value: Partial<TidegateError> | null): unknown {
  if (value?.name !== "TidegateError") return value;
  return new TidegateError(value.code ?? "", value.reason, value.retryable, value.retryAfterMs);
}
