/** What goes on now: what somebody should look at, how much goes through, how fast, and who listens. */
import { h, setText } from "../dom.js";
import { onFrame } from "../frame.js";
import type { Session } from "../session.js";
import { Alerts } from "./alerts.js";
import { Anomalies } from "./anomalies.js";
import { Chart } from "./chart.js";
import { type Connection, Connections } from "./connections.js";
import { Database } from "./database.js";
import { Features } from "./features.js";
import { Figures } from "./figures.js";
import { Histogram } from "./histogram.js";
import { keep, type Series } from "./meter.js";
import { parseMetrics } from "./metrics.js";

const ASK_MS = 2000;

interface Stats {
  readonly open: {
    readonly total: number;
    readonly websocket: number;
    readonly sse: number;
    readonly poll: number;
  };
  readonly users: number;
  readonly topics: number;
  readonly messages: { readonly sentPerSecond: number };
  readonly connections?: readonly Connection[];
}

export class Now {
  readonly parts: readonly HTMLElement[];
  readonly #session: Session;
  readonly #events = new Chart("Events, a second", "", [
    { label: "people", colour: "user" },
    { label: "AI", colour: "mcp-ai" },
    { label: "system", colour: "system" },
  ]);
  readonly #delays = new Chart("From the writer's transaction to this page", "ms", [
    { label: "half within", colour: "accent" },
    { label: "95 % within", colour: "warn" },
  ]);
  readonly #spread = new Histogram("The same, as it is spread, in ms");
  readonly #open = new Chart("Open connections", "", [{ label: "open", colour: "accent" }]);
  readonly #sent = new Chart("Messages sent, a second", "", [{ label: "of this node", colour: "accent" }]);
  readonly #backlog = new Chart("Ticks and backlog", "", [
    { label: "ticks a second", colour: "accent" },
    { label: "events not yet told", colour: "warn" },
  ]);
  readonly #charts = [this.#events, this.#delays, this.#spread, this.#backlog, this.#open, this.#sent];
  readonly #figures = new Figures();
  readonly #note = h("p", { class: "note", role: "status" });
  readonly #connections: Connections;
  readonly #alerts: Alerts;
  readonly #anomalies: Anomalies;
  readonly #database: Database;
  readonly #polled = {
    times: [] as number[],
    open: [] as Series,
    sent: [] as Series,
    ticks: [] as Series,
    backlog: [] as Series,
  };
  readonly #clocks: ReturnType<typeof setInterval>[];
  #ticks: { readonly at: number; readonly count: number } | undefined;

  constructor(session: Session) {
    this.#session = session;
    this.#connections = new Connections(session);
    this.#alerts = new Alerts(session);
    this.#anomalies = new Anomalies(session);
    this.#database = new Database(session);
    this.parts = [
      this.#note,
      this.#alerts.root,
      this.#anomalies.root,
      h("section", { class: "panel wide", "aria-label": "Figures" }, this.#figures.root),
      ...this.#charts.map(({ root }) => root),
      this.#connections.root,
      this.#database.root,
      new Features(session).root,
    ];
    this.#clocks = [
      setInterval(() => onFrame(() => this.#draw()), 1000),
      setInterval(() => void this.#ask(), ASK_MS),
    ];
    // Charts measure themselves: they are drawn once they are on the page.
    onFrame(() => this.#draw());
    void this.#ask();
  }

  close(): void {
    for (const clock of this.#clocks) clearInterval(clock);
    for (const chart of this.#charts) chart.close();
    for (const part of [this.#alerts, this.#anomalies, this.#database]) part.close();
  }

  #draw(): void {
    const { times, events, median, p95, ai } = this.#session.meter;
    this.#events.show(times, events.user, events["mcp-ai"], events.system);
    this.#delays.show(times, median, p95);
    this.#spread.show(this.#session.meter.distribution());
    const { state } = this.#session.client;
    this.#figures.show("Position", state.position ? String(state.position.sequence) : "–");
    this.#figures.show("Lag of this page", `${state.lag} events`, state.lag > 1000);
    this.#figures.show(
      "AI changes shown here",
      `${ai.events}, in ${ai.shown} strokes${saved(ai.shown, ai.events)}`,
    );
  }

  async #ask(): Promise<void> {
    if (document.hidden) return;
    const { isAdmin } = this.#session;
    try {
      const response = await this.#session.request(`/ws/stats${isAdmin ? "?connections=true" : ""}`);
      this.#tell((await response.json()) as Stats);
      setText(this.#note, "");
    } catch (error) {
      setText(this.#note, `The service did not answer: ${(error as Error).message}`);
      return;
    }
    await this.#askMetrics();
    const { times, open, sent, ticks, backlog } = this.#polled;
    this.#open.show(times, open);
    this.#sent.show(times, sent);
    this.#backlog.show(times, ticks, backlog);
  }

  #tell({ open, users, topics, messages, connections }: Stats): void {
    keep(this.#polled.times, Math.floor(Date.now() / 1000));
    keep(this.#polled.open, open.total);
    keep(this.#polled.sent, messages.sentPerSecond);
    this.#figures.show("Sockets, streams, polls", `${open.websocket} · ${open.sse} · ${open.poll}`);
    this.#figures.show("Users", String(users));
    this.#figures.show("Topics heard", String(topics));
    this.#connections.show(connections);
  }

  /** Figures are for this machine and for administrators; without them the page says so. */
  async #askMetrics(): Promise<void> {
    const found = await this.#session
      .request("/metrics")
      .then(async (response) => parseMetrics(await response.text()))
      .catch(() => undefined);
    const now = performance.now();
    const count = found?.get("tide_ticks_total");
    const since = this.#ticks;
    const rate = count !== undefined && since ? ((count - since.count) * 1000) / (now - since.at) : null;
    this.#ticks = count === undefined ? undefined : { at: now, count };
    keep(this.#polled.ticks, rate === null ? null : Math.max(0, rate));
    keep(this.#polled.backlog, found?.get("tide_backlog_events") ?? null);
    this.#tellMetrics(found);
  }

  #tellMetrics(found: ReadonlyMap<string, number> | undefined): void {
    const hidden = "not shown to you";
    const said = (name: string, say: (value: number) => string): string => {
      const value = found?.get(name);
      return value === undefined ? hidden : say(value);
    };
    const isOff = (name: string): boolean => found?.get(name) === 0;
    const log = said("tide_feed_healthy", (on) => (on ? "followed" : "not followed"));
    const bell = said("tide_listener_healthy", (on) => (on ? "heard" : "not heard: polling"));
    this.#figures.show("Log", log, isOff("tide_feed_healthy"));
    this.#figures.show("Doorbell", bell, isOff("tide_listener_healthy"));
    const batches = said("ai_batch_efficiency", (each) => `${each.toFixed(1)} a message${saved(1, each)}`);
    this.#figures.show("AI batching", batches);
    const hits = found?.get("cache_hit_ratio");
    if (hits !== undefined) this.#figures.show("Cache hits", `${(hits * 100).toFixed(0)} %`);
  }
}

/** ", 92 % saved" */
const saved = (left: number, of: number): string =>
  of > left && left > 0 ? `, ${Math.round((1 - left / of) * 100)}\u00a0% saved` : "";
