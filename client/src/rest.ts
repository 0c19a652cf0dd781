/** What only those need who have no socket, or ask for summaries: loaded when it is needed. */

import { factsOfSummaries } from "./facts.js";
import { callOf, type Fetch, fetchOf } from "./http.js";
import type { Inbox } from "./inbox.js";
import type { Settings } from "./options.js";
import type { Outgoing, Written } from "./outbox.js";
import { Poller } from "./poller.js";
import { type LoadedSummaries, SummaryLoader, type SummaryRequest, type SummaryWay } from "./summaries.js";

/** The service by plain requests: the same positions, the same writes. */
export class Rest {
  readonly #fetch: Fetch;
  readonly #summaries: SummaryLoader;

  constructor(
    readonly settings: Settings,
    readonly inbox: Inbox,
    readonly wayChanged: (way: SummaryWay) => void,
  ) {
    this.#fetch = fetchOf(settings);
    this.#summaries = new SummaryLoader(this.#fetch, settings.bulk, wayChanged);
  }

  /** Follows the stream by polling, until it is stopped. */
  poll(): Poller {
    return new Poller(this.#fetch, this.inbox, this.settings.random);
  }

  /** Performs a write; repeating it is harmless. */
  async write({ id, change }: Outgoing): Promise<Written> {
    const [path, call] = callOf(change);
    const written = await this.#fetch<Written>(path, { ...call, id });
    return { txid: written.txid, id: written.id };
  }

  /** Loads summaries into the store. */
  async load(request?: SummaryRequest): Promise<LoadedSummaries> {
    const { stream, store } = this.inbox;
    const loaded = await this.#summaries.load(request);
    if (!stream.epoch || loaded.epoch === stream.epoch) {
      store.apply(factsOfSummaries(loaded, loaded.sequence ?? 0), [], { cause: "sync" });
    }
    return loaded;
  }
}
