/** System: how much goes through, how fast, and who listens. It asks the service only while it is looked at. */
import { h, setText } from "../dom.js";
import { onFrame } from "../frame.js";
import type { Session, View } from "../session.js";
import { Chart } from "./chart.js";
import { type Connection, Connections } from "./connections.js";
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

class System {
  readonly root: HTMLElement;
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
  readonly #open = new Chart("Open connections", "", [{ label: "open", colour: "accent" }]);
  readonly #backlog = new Chart("Ticks and backlog", "", [
    { label: "ticks a second", colour: "accent" },
    { label: "events not yet told", colour: "warn" },
  ]);
  readonly #facts = h("dl", { class: "facts panel wide" });
  readonly #note = h("p", { class: "note", role: "status" });
  readonly #connections: Connections;
  readonly #polled = {
    times: [] as number[],
    open: [] as Series,
    ticks: [] as Series,
    backlog: [] as Series,
  };
  readonly #clocks: ReturnType<typeof setInterval>[];
  readonly #figures = new Map<string, HTMLElement>();
  #ticks: { readonly at: number; readonly count: number } | undefined;

  constructor(session: Session) {
    this.#session = session;
    this.#connections = new Connections(session);
    const charts = [this.#events, this.#delays, this.#open, this.#backlog].map(({ root }) => root);
    this.root = h(
      "div",
      { class: "system" },
      h("h1", {}, "System"),
      this.#note,
      this.#facts,
      ...charts,
      this.#connections.root,
    );
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
    for (const chart of [this.#events, this.#delays, this.#open, this.#backlog]) chart.close();
  }

  #draw(): void {
    const { times, events, median, p95 } = this.#session.meter;
    this.#events.show(times, events.user, events["mcp-ai"], events.system);
    this.#delays.show(times, median, p95);
    const { state } = this.#session.client;
    this.#fact("Position", state.position ? String(state.position.sequence) : "–");
    this.#fact("Lag of this page", `${state.lag} events`);
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
    const { times, open, ticks, backlog } = this.#polled;
    this.#open.show(times, open);
    this.#backlog.show(times, ticks, backlog);
  }

  #tell({ open, users, topics, messages, connections }: Stats): void {
    keep(this.#polled.times, Math.floor(Date.now() / 1000));
    keep(this.#polled.open, open.total);
    this.#fact("Sockets, streams, polls", `${open.websocket} · ${open.sse} · ${open.poll}`);
    this.#fact("Users", String(users));
    this.#fact("Topics heard", String(topics));
    this.#fact("Messages sent", `${messages.sentPerSecond.toFixed(1)} a second`);
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
    const hears = found?.get("tide_listener_healthy");
    this.#fact(
      "Doorbell",
      hears === undefined ? "not shown to you" : hears === 1 ? "heard" : "not heard: polling",
    );
  }

  #fact(name: string, value: string): void {
    const figure = this.#figures.get(name) ?? h("dd");
    if (!this.#figures.has(name)) {
      this.#figures.set(name, figure);
      this.#facts.append(h("div", {}, h("dt", {}, name), figure));
    }
    setText(figure, value);
  }
}

export function openSystem(session: Session): View {
  const system = new System(session);
  return { title: "System", root: system.root, close: () => system.close() };
}
