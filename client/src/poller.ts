import { backoff } from "./backoff.js";
import { type TidegateError, unreachable } from "./errors.js";
import type { Fetch } from "./http.js";
import type { Inbox } from "./inbox.js";
import type { ChangesPage } from "./protocol.js";

/** How long the service may hold a poll, in seconds. */
const WAIT_S = 25;
/** Polls that do not move on are at least this far apart, in milliseconds. */
const PAUSE_MS = 1_000;

/**
 * Fetches changes while there is no socket: the same messages at the same positions, so that going from one to
 * the other and back repeats and loses nothing.
 */
export class Poller {
  readonly #ending = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly fetch: Fetch,
    readonly inbox: Inbox,
    /** In [0, 1). */
    readonly random: () => number,
  ) {
    void this.#run();
  }

  /** Ends it; an answer that is under way is not applied. */
  stop(): void {
    this.#ending.abort();
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#ending.signal.aborted; ) {
      const pause = await this.#poll().then(
        (ms) => {
          failures = 0;
          return ms;
        },
        ({ retryAfterMs = 0 }: TidegateError) => Math.max(retryAfterMs, backoff(++failures, this.random())),
      );
      if (!pause || this.#ending.signal.aborted) continue;
      await new Promise((resolve) => {
        this.#timer = setTimeout(resolve, pause);
      });
    }
  }

  /** Fetches once; answers how long to wait before the next time. */
  async #poll(): Promise<number> {
    const { stream } = this.inbox;
    const request = stream.resume();
    if (!request || !stream.position || stream.unknown.length) {
      await this.#begin(stream.unknown);
      return PAUSE_MS;
    }
    const { epoch, sequence } = stream.position;
    const from = `epoch=${epoch}&after=${sequence}&wait=${WAIT_S}`;
    const topics = Object.keys(request.positions);
    const page = await this.#page(topics, from).catch((error: TidegateError) => {
      if (error.code === "position_not_available") return null;
      throw error;
    });
    stream.resumed(request);
    if (!page || page.epoch !== epoch || !this.#take(page)) {
      await this.#begin(topics);
      return PAUSE_MS;
    }
    stream.reach(Object.fromEntries(topics.map((topic) => [topic, page.position])));
    return page.position > sequence ? 0 : PAUSE_MS;
  }

  /** Starts over with topics; with none named, all projects of the user. */
  async #begin(topics: readonly string[]): Promise<void> {
    this.#take(await this.#page(topics, ""));
  }

  async #page(topics: readonly string[], from: string): Promise<ChangesPage> {
    const { signal } = this.#ending;
    const named = topics.length ? `&topics=${topics.map(encodeURIComponent).join()}` : "";
    const page = await this.fetch<ChangesPage>(`/changes?${from}${named}`, { signal });
    if (signal.aborted) throw unreachable("stopped");
    return page;
  }

  /** Takes a page in; false: something is missing in it. */
  #take({ messages }: ChangesPage): boolean {
    for (const message of messages) {
      if (message.type === "sync") this.inbox.sync(message.payload);
      else if (message.type === "ack") this.inbox.refuse(message.payload.refused);
      else if (message.type === "update" || message.type === "bulk") {
        if (typeof this.inbox.receive(message) !== "string") return false;
      }
    }
    return true;
  }
}
