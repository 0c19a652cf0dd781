import { backoff, DELAYS } from "./backoff.js";
import { Conversation } from "./conversation.js";
import { TidegateError, unreachable } from "./errors.js";
import type { Inbox } from "./inbox.js";
import type { Settings } from "./options.js";
import type { Outgoing, Written } from "./outbox.js";
import type { Poller } from "./poller.js";
import type { Rest } from "./rest.js";
import type { ConnectionState, Known } from "./states.js";

/** Entities that the service takes by requests only. */
const NOT_BY_SOCKET = /project|context/;

/** What a connection tells. */
export interface ConnectionEvents {
  /** `state` changed by more than a number. */
  changed(): void;
  problem(error: TidegateError): void;
}

type Stop = { readonly status: "paused"; readonly reason: "hidden" | "offline" | "asked" } | Closed;
type Closed = { readonly status: "closed"; readonly reason: TidegateError | null };
type Phase = DistributiveOmit<ConnectionState, keyof Known>;
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/**
 * Keeps a way to the service open: a socket; after five failures polling, while the socket is still tried.
 *
 * ```text
 * paused ─start─> connecting ─> catching-up ─> live
 *    ▲               │  ▲            │           │
 *    └──── stop ─────┤  └── backoff ─┴───────────┘
 *                    └─ five failures ─> polling (and a socket now and then) ─> catching-up
 * ```
 */
export class Connection {
  #phase: Phase = { status: "paused", reason: "asked" };
  #failures = 0;
  /** Outdated by the next attempt or stop. */
  #era = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #conversation: Conversation | undefined;
  #poller: Poller | undefined;

  constructor(
    readonly settings: Settings,
    readonly inbox: Inbox,
    /** The way without a socket, loaded when it is needed. */
    readonly rest: () => Promise<Rest>,
    readonly events: ConnectionEvents,
  ) {}

  get state(): ConnectionState {
    const { stream } = this.inbox;
    const lag = stream.lag() + (this.#conversation?.lag ?? 0);
    return { ...this.#phase, position: stream.position, lag } as ConnectionState;
  }

  /** Begins, or tries at once what it would try later. */
  start(): void {
    const { status } = this.#phase;
    if (status === "closed" || status === "live" || status === "catching-up") return;
    if (status === "connecting" && !this.#timer) return;
    if (status === "paused") this.#failures = 0;
    void this.#attempt();
  }

  /** Ends it, until the next `start` or for good. */
  stop(stop: Stop): void {
    if (this.#phase.status === "closed") return;
    this.#reset();
    this.#poller?.stop();
    this.#poller = undefined;
    this.inbox.flush();
    this.#enter(stop);
  }

  /** Topics that are new. */
  follow(topics: readonly string[]): void {
    this.#conversation?.subscribe(topics);
    this.#progress();
  }

  /** Topics that are not wanted any more. */
  unfollow(topics: readonly string[]): void {
    this.#conversation?.unsubscribe(topics);
  }

  /** Performs a write, if there is a way to do so now. */
  async write(record: Outgoing): Promise<Written> {
    const { status } = this.#phase;
    if (status === "polling" || (status === "live" && NOT_BY_SOCKET.test(record.change.entity)))
      return (await this.rest()).write(record);
    if (status === "live" && this.#conversation) return this.#conversation.write(record);
    throw new TidegateError("not_connected", `the connection is ${status}`, true);
  }

  async #attempt(): Promise<void> {
    const { WebSocket, url, topics } = this.settings;
    this.#reset();
    const era = this.#era;
    if (!WebSocket) return void this.#poll(new TidegateError("no_websocket", "give one as an option"));
    this.#wait(0, null);
    try {
      const token = await this.settings.token();
      if (era !== this.#era) return;
      // The first snapshot comes before the answer that admits us.
      const reason = this.inbox.stream.position ? "reconnect" : "first";
      const conversation = new Conversation(WebSocket, url, token, !topics, this.inbox, {
        admitted: () => this.#admitted(reason),
        progress: () => era === this.#era && this.#progress(),
        problem: this.events.problem,
        close: (error) => era === this.#era && this.#failed(error),
      });
      this.#conversation = conversation;
    } catch (error) {
      if (era === this.#era) this.#failed(unreachable(error));
    }
  }

  #admitted(reason: "first" | "reconnect"): void {
    this.#poller?.stop();
    this.#poller = undefined;
    this.#enter({ status: "catching-up", reason });
  }

  /** Live or not, by what is missing. */
  #progress(): void {
    const { status } = this.#phase;
    if (!this.#conversation || (status !== "live" && status !== "catching-up")) return;
    if (this.#conversation.isLive) {
      this.#failures = 0;
      if (status !== "live") this.#enter({ status: "live" });
    } else if (status === "live") {
      this.#enter({ status: "catching-up", reason: this.inbox.stream.isHealing() ? "gap" : "subscribe" });
    }
  }

  #failed(error: TidegateError): void {
    this.#reset();
    this.#failures++;
    const renewed =
      error.code === "unauthenticated" && this.settings.renewable && this.#failures <= DELAYS.length;
    if (!error.retryable && !renewed) return this.stop({ status: "closed", reason: error });
    const delay = Math.max(backoff(this.#failures, this.settings.random()), error.retryAfterMs ?? 0);
    if (this.#failures >= DELAYS.length) void this.#poll(error);
    this.#wait(delay, error);
    this.#timer = setTimeout(() => this.#attempt(), delay);
  }

  async #poll(reason: TidegateError): Promise<void> {
    if (this.#poller) return;
    const era = this.#era;
    // Without a network this fails too; the next failure tries again.
    const rest = await this.rest().catch(() => null);
    if (!rest || era !== this.#era || this.#conversation) return;
    this.#poller = rest.poll();
    this.#enter({ status: "polling", reason });
  }

  #wait(retryInMs: number, reason: TidegateError | null): void {
    if (!this.#poller) this.#enter({ status: "connecting", failures: this.#failures, retryInMs, reason });
  }

  /** Ends what is under way, except polling. */
  #reset(): void {
    this.#era++;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#conversation?.close();
    this.#conversation = undefined;
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.events.changed();
  }
}
