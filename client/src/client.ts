import { Connection } from "./connection.js";
import { TidegateError } from "./errors.js";
import { Inbox } from "./inbox.js";
import { type Options, type Settings, settingsOf } from "./options.js";
import { Outbox, type Outgoing, type Written } from "./outbox.js";
import { type Effect, effectsOf } from "./patches.js";
import type { Change, EventMessage, Write } from "./protocol.js";
import type { Rest } from "./rest.js";
import { type ConnectionState, type SubscriptionState, subscriptionState } from "./states.js";
import { Store, type StoreView } from "./store.js";
import { Stream } from "./stream.js";
import type { LoadedSummaries, SummaryRequest, SummaryWay } from "./summaries.js";
import { type Insides, Solitude, type Surroundings } from "./surroundings.js";
import { uuid } from "./uuid.js";

/** How long an acknowledged write is shown while its echo does not come, in milliseconds. */
const ECHO_MS = 10_000;

/** What a client tells, by name. */
export interface ClientEvents {
  /** `client.state` changed by more than a number, or a snapshot came. */
  state: ConnectionState;
  /** A topic's state changed by more than a number. */
  subscription: { readonly topic: string; readonly state: SubscriptionState };
  /** A message that was not had before, as it came. */
  message: EventMessage;
  /** Something went wrong that no promise tells. */
  error: TidegateError;
}

/** How a write is shown until it is confirmed. */
export interface WriteOptions {
  /** What it is expected to do; by default, to its own row what it says. `[]`: nothing. */
  readonly effects?: readonly Effect[];
}

interface Promised {
  resolve(written: Written): void;
  reject(error: TidegateError): void;
}

/** A store that follows a Tidegate service. */
export class Client {
  readonly #store = new Store();
  readonly #settings: Settings;
  readonly #stream = new Stream();
  readonly #inbox: Inbox;
  readonly #connection: Connection;
  readonly #outbox: Outbox;
  readonly #promises = new Map<string, Promised>();
  readonly #echoTimers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #listeners = new Map<keyof ClientEvents, Set<(event: never) => void>>();
  readonly #announced = new Map<string, string>();
  #surroundings: Surroundings | undefined;
  #rest: Promise<Rest> | undefined;
  #summaryWay: SummaryWay;
  #leads = false;
  #isPaused = false;

  constructor(options: Options) {
    const settings = settingsOf(options);
    this.#settings = settings;
    this.#summaryWay = { way: settings.bulk ? "bulk" : "per-project" };
    this.#stream.want(settings.topics ?? []);
    this.#inbox = new Inbox(this.#stream, this.#store, {
      message: (message) => {
        this.#surroundings?.tell({ type: "event", message });
        this.#emit("message", message);
      },
      synced: (snapshot) => {
        this.#surroundings?.tell({ type: "sync", snapshot });
        this.#changed();
      },
      refused: () => this.#announce(),
      settled: (ids) => this.#outbox.echoed(ids),
    });
    this.#connection = new Connection(settings, this.#inbox, () => this.#byRest(), {
      changed: () => this.#changed(),
      problem: (error) => this.#emit("error", error),
    });
    const surroundings = this.#settle();
    this.#outbox = new Outbox({
      storage: surroundings.then(({ storage }) => storage),
      max: settings.outboxMax,
      random: settings.random,
      send: (record) => this.#connection.write(record),
      done: (record, outcome) => this.#done(record, outcome),
      problem: (error) => this.#emit("error", new TidegateError("outbox_not_durable", String(error))),
    });
    void surroundings.then(() => this.#review());
  }

  /** What is shown: read from it, listen to it. */
  get store(): StoreView {
    return this.#store;
  }

  /** How the client and the service stand to each other. */
  get state(): ConnectionState {
    const { state } = this.#connection;
    const { position, lag } = state;
    return { ...(this.#surroundings?.state ?? state), position, lag };
  }

  /** How one topic stands; undefined: it is not subscribed to. */
  subscription(topic: string): SubscriptionState | undefined {
    return subscriptionState(this.state, this.#stream, topic);
  }

  /** The topics that are subscribed to. */
  get topics(): readonly string[] {
    return [...this.#stream.topics.keys()];
  }

  /** By which way summaries were loaded last. */
  get summaryWay(): SummaryWay {
    return this.#summaryWay;
  }

  /** Writes that wait to be sent, or for their answer. */
  get pending(): readonly Outgoing[] {
    return this.#outbox.records;
  }

  /** Hears of something. Answers how to stop. */
  on<E extends keyof ClientEvents>(event: E, listener: (event: ClientEvents[E]) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** Resolves when nothing is missing; rejects when the connection is closed for good. */
  live(): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (state: ConnectionState): void => {
        if (state.status === "closed") reject(state.reason ?? new TidegateError("closed"));
        else if (state.status === "live" || (state.status === "polling" && state.position)) resolve();
        else return;
        stop();
      };
      const stop = this.on("state", check);
      check(this.state);
    });
  }

  /** Follows topics. Answers how to stop. */
  subscribe(topics: readonly string[]): () => void {
    const fresh = this.#stream.want(topics);
    if (this.#leads) this.#connection.follow(fresh);
    else if (fresh.length) this.#surroundings?.ask();
    this.#announce();
    return () => this.unsubscribe(topics);
  }

  /** Follows topics no more; what is only theirs leaves the store. */
  unsubscribe(topics: readonly string[]): void {
    const dropped = this.#stream.drop(topics);
    if (this.#leads) this.#connection.unfollow(dropped);
    this.#store.release(dropped, this.#stream.open);
  }

  /**
   * Writes. Shown at once; sent now, or when there is a way to; resolves when the service has performed it, rejects
   * when it refuses, and then takes back what was shown.
   */
  async update(write: Write, { effects }: WriteOptions = {}): Promise<Written> {
    const change: Change = write;
    const { entity, action, data } = change;
    // Contexts get their id from the service.
    const isNew = action === "create" && data.id === undefined && entity !== "context";
    const whole: Change = isNew ? { ...change, data: { ...data, id: uuid() } } : change;
    const record: Outgoing = { id: uuid(), change: whole, at: Date.now() };
    const outcome = new Promise<Written>((resolve, reject) =>
      this.#promises.set(record.id, { resolve, reject }),
    );
    this.#store.add({ id: record.id, effects: effects ?? effectsOf(whole) });
    await this.#outbox.add(record).catch((error) => this.#done(record, error));
    if (!this.#leads) this.#surroundings?.wrote();
    return outcome;
  }

  /** Loads summaries into the store, by the bulk call or, when that fails, project by project. */
  async loadSummaries(request?: SummaryRequest): Promise<LoadedSummaries> {
    return (await this.#byRest()).load(request);
  }

  /** Disconnects until {@link resume}. */
  pause(): void {
    this.#isPaused = true;
    this.#review();
  }

  /** Connects again, from where it was; while it waits for its next attempt, tries now. */
  resume(): void {
    this.#isPaused = false;
    this.#review();
  }

  /** Ends it for good. What waits in a durable outbox is sent by the next page. */
  close(): void {
    for (const timer of this.#echoTimers.values()) clearTimeout(timer);
    this.#stop({ status: "closed", reason: null });
    this.#surroundings?.end();
  }

  /** Finds out where it lives. */
  async #settle(): Promise<Surroundings> {
    const client = this;
    const insides: Insides = {
      inbox: this.#inbox,
      connection: this.#connection,
      get outbox() {
        return client.#outbox;
      },
      get leads() {
        return client.#leads;
      },
      lead: () => this.#lead(),
      changed: () => this.#changed(),
      adoptWrites: () => void this.#adoptWrites(),
      review: () => this.#review(),
    };
    const browser = globalThis.document && (await import("./browser.js").catch(() => undefined));
    this.#surroundings = browser ? new browser.Page(this.#settings, insides) : new Solitude(insides);
    return this.#surroundings;
  }

  /** The way without a socket. */
  #byRest(): Promise<Rest> {
    this.#rest ??= import("./rest.js").then(
      ({ Rest }) =>
        new Rest(this.#settings, this.#inbox, (way) => {
          this.#summaryWay = way;
        }),
      (error) => {
        this.#rest = undefined;
        throw error;
      },
    );
    return this.#rest;
  }

  /** Runs or pauses, by whether somebody looks, there is a network, and it was asked for. */
  #review(): void {
    if (!this.#surroundings || this.#connection.state.status === "closed") return;
    const reason = this.#isPaused ? "asked" : this.#surroundings.absence;
    if (reason) return this.#stop({ status: "paused", reason });
    this.#surroundings.join();
    if (this.#leads) this.#connection.start();
  }

  #stop(stop: Parameters<Connection["stop"]>[0]): void {
    this.#connection.stop(stop);
    this.#leads = false;
    this.#surroundings?.leave();
  }

  #lead(): void {
    this.#leads = true;
    this.#connection.start();
    void this.#adoptWrites();
  }

  /** Writes that an earlier page or another tab left. */
  async #adoptWrites(): Promise<void> {
    const found = await this.#outbox.reload().catch(() => []);
    for (const { id, change } of found) this.#store.add({ id, effects: effectsOf(change) });
  }

  #changed(): void {
    const { state } = this;
    this.#outbox.isOpen = this.#leads && (state.status === "live" || state.status === "polling");
    this.#surroundings?.tell({ type: "status", state });
    this.#emit("state", state);
    this.#announce();
  }

  /** Tells which topics changed their state. */
  #announce(): void {
    for (const topic of this.topics) {
      const state = this.subscription(topic);
      if (!state || this.#announced.get(topic) === state.status) continue;
      this.#announced.set(topic, state.status);
      this.#emit("subscription", { topic, state });
    }
  }

  #done({ id }: Outgoing, outcome: Written | TidegateError): void {
    this.#surroundings?.tell({ type: "done", id, outcome });
    const promise = this.#promises.get(id);
    this.#promises.delete(id);
    if (outcome instanceof TidegateError) {
      // What others wrote before it is shown first, so that what is taken back uncovers the present.
      this.#inbox.flush();
      this.#store.remove(id, "rejected");
      if (promise) promise.reject(outcome);
      else this.#emit("error", outcome);
    } else {
      this.#await(id, outcome.txid);
      promise?.resolve(outcome);
    }
  }

  /** Shows a confirmed write until its echo does, or does not in time. */
  #await(id: string, txid?: string): void {
    if (!txid || this.#inbox.hasSeen(txid)) return this.#store.remove(id, "settled");
    this.#store.acknowledge(id, txid);
    const timer = setTimeout(() => {
      this.#echoTimers.delete(id);
      this.#store.remove(id, "settled");
    }, ECHO_MS);
    this.#echoTimers.set(id, timer);
  }

  #emit<E extends keyof ClientEvents>(event: E, value: ClientEvents[E]): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(value as never);
  }
}
