import { backoff } from "./backoff.js";
import { unreachable } from "./errors.js";
import type { Fetch } from "./http.js";
import type { Inbox } from "./inbox.js";
import type { ChangesPage } from "./protocol.js";

/** How long the service may hold a poll, in seconds. */
const WAIT_S = 25;
/** Polls are at least this far apart when there is nothing to fetch, in milliseconds. */
const PAUSE_MS = 1_000;

/**
 * Fetches changes while there is no socket: the same messages at the same positions, so that going from one to
 * the other and back repeats and loses nothing.
 */
export class Poller {
  readonly #ending = new AbortController();

  constructor(
    readonly fetch: Fetch,
    readonly inbox: Inbox,
    readonly random: () => number,
    /** Takes a fresh snapshot of what is wanted. */
    readonly load: () => Promise<void>,
    readonly progress: () => void,
  ) {
    void this.#run();
  }

  /** Ends it; an answer that is under way is not applied. */
  stop(): void {
    this.#ending.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    for (let failures = 0; !signal.aborted; ) {
      const pause = await this.#poll(signal).then(
        (ms) => {
          failures = 0;
          return ms;
        },
        () => backoff(++failures, this.random()),
      );
      if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  /** Fetches once; answers how long to wait before the next time. */
  async #poll(signal: AbortSignal): Promise<number> {
    const { stream } = this.inbox;
    if (!stream.position || stream.unknown.length) await this.load();
    const from = stream.position;
    const request = stream.resume();
    if (signal.aborted || !from || !request) throw unreachable("there is nothing to follow");
    const topics = Object.keys(request.positions).map(encodeURIComponent).join();
    const query = `epoch=${from.epoch}&after=${from.sequence}&topics=${topics}&wait=${WAIT_S}`;
    const page = await this.fetch<ChangesPage>(`/changes?${query}`, { signal }).catch((error) => {
      if (error.code === "position_not_available") return null;
      throw error;
    });
    if (signal.aborted) return 0;
    if (!page || !this.#take(page)) await this.load();
    this.progress();
    return page?.messages.length || page?.more ? 0 : PAUSE_MS;
  }

  /** Applies a page; false: something is missing in it. */
  #take({ messages, epoch, position }: ChangesPage): boolean {
    const { stream } = this.inbox;
    const request = stream.resume();
    if (!request || epoch !== stream.epoch) return false;
    stream.resumed(request);
    for (const message of messages) if (typeof this.inbox.receive(message) !== "string") return false;
    const reached = Object.keys(request.positions).map((topic) => [topic, position]);
    stream.reach(Object.fromEntries(reached));
    return true;
  }
}
