/** The last hour by minute, and the last five minutes in figures, as the database keeps them: of all nodes. */
import { h, setText } from "../dom.js";
import { onFrame } from "../frame.js";
import type { Session } from "../session.js";
import { timeOf } from "../words.js";
import { Chart } from "./chart.js";

const ASK_MS = 15_000;
const HOUR = 3600;

interface Minute {
  readonly at: string;
  readonly count: number;
  readonly sum: number;
  readonly avg: number | null;
  readonly max: number | null;
}

type Figures = Readonly<Record<string, number | null>>;

interface Answer {
  readonly now: Readonly<Record<string, Figures>>;
  readonly minutes: Readonly<Record<string, readonly Minute[]>>;
  readonly made_at: string;
}

/** A line of a chart: which metric, and what of its minutes. */
type Drawn = readonly [label: string, colour: string, metric: string, what: "sum" | "avg" | "max"];

const CHARTS: readonly (readonly [title: string, unit: string, ...lines: Drawn[]])[] = [
  [
    "Events and messages, a minute",
    "",
    ["events", "accent", "events", "sum"],
    ["messages", "mcp-ai", "messages", "sum"],
  ],
  [
    "From a person's commit to the sockets",
    "ms",
    ["average", "accent", "commit_to_send", "avg"],
    ["slowest", "warn", "commit_to_send", "max"],
  ],
  [
    "Webhook deliveries, a minute",
    "",
    ["taken", "accent", "deliveries", "sum"],
    ["failed", "bad", "delivery_failures", "sum"],
  ],
  [
    "Answers to HTTP requests",
    "ms",
    ["average", "accent", "request_duration", "avg"],
    ["slowest", "warn", "request_duration", "max"],
  ],
  ["Connections, at most", "", ["open", "accent", "connections", "max"]],
  ["Events not yet told, at most", "", ["backlog", "warn", "backlog", "max"]],
];
const COLUMNS = ["per_second", "avg", "p50", "p95", "p99", "max"] as const;
const HEADINGS = ["Metric", "A second", "Average", "Half within", "95 % within", "99 % within", "Most"];

export class Hour {
  readonly parts: readonly HTMLElement[];
  readonly #session: Session;
  readonly #note = h("p", { class: "note", role: "status" }, "Asking…");
  readonly #charts = CHARTS.map(
    ([title, unit, ...lines]) =>
      new Chart(
        title,
        unit,
        lines.map(([label, colour]) => ({ label, colour })),
        HOUR,
      ),
  );
  readonly #rows = h("tbody");
  readonly #figures: HTMLElement;
  readonly #clock: ReturnType<typeof setInterval> | undefined;

  constructor(session: Session) {
    this.#session = session;
    const head = h("tr", {}, ...HEADINGS.map((text) => h("th", { scope: "col" }, text)));
    const table = h("table", {}, h("thead", {}, head), this.#rows);
    this.#figures = h(
      "section",
      { class: "panel wide", "aria-labelledby": "figures" },
      h("h2", { id: "figures" }, "The last five minutes"),
      h(
        "div",
        { class: "scroll", tabIndex: 0, role: "region", "aria-label": "The last five minutes" },
        table,
      ),
    );
    this.parts = [this.#note, ...this.#charts.map(({ root }) => root), this.#figures];
    if (!session.isAdmin) {
      for (const part of this.parts.slice(1)) part.hidden = true;
      setText(this.#note, "How it did over time is shown to administrators.");
      return;
    }
    this.#clock = setInterval(() => void this.#ask(), ASK_MS);
    void this.#ask();
  }

  close(): void {
    clearInterval(this.#clock);
    for (const chart of this.#charts) chart.close();
  }

  async #ask(): Promise<void> {
    if (document.hidden) return;
    try {
      const answer = (await (await this.#session.request("/api/v1/dashboard/performance")).json()) as Answer;
      // Charts measure themselves: they are drawn once they are on the page.
      onFrame(() => this.#show(answer));
    } catch (error) {
      setText(this.#note, `The last hour was not read: ${(error as Error).message}`);
    }
  }

  #show({ now, minutes, made_at }: Answer): void {
    setText(this.#note, `As of ${timeOf(Date.parse(made_at))}, of all nodes; it is computed every minute.`);
    CHARTS.forEach(([, , ...lines], at) => {
      const times = timesOf(lines, minutes, Date.parse(made_at) / 1000);
      this.#charts[at]?.show(times, ...lines.map((line) => seriesOf(line, times, minutes)));
    });
    this.#rows.replaceChildren(
      ...Object.entries(now)
        .sort()
        .map(([name, figures]) => rowOf(name, figures)),
    );
  }
}

const secondsOf = ({ at }: Minute): number => Date.parse(at) / 1000;

/** All of them end where the answer does, so that charts lie side by side. */
function timesOf(lines: readonly Drawn[], minutes: Answer["minutes"], end: number): number[] {
  const all = lines.flatMap(([, , metric]) => (minutes[metric] ?? []).map(secondsOf));
  return [...new Set([...all, end])].sort((a, b) => a - b);
}

function seriesOf(
  [, , metric, what]: Drawn,
  times: readonly number[],
  minutes: Answer["minutes"],
): (number | null)[] {
  const known = new Map((minutes[metric] ?? []).map((minute) => [secondsOf(minute), minute[what]]));
  return times.map((at) => known.get(at) ?? null);
}

const rowOf = (name: string, figures: Figures): HTMLElement =>
  h(
    "tr",
    {},
    h("th", { scope: "row" }, name.replaceAll("_", " ")),
    ...COLUMNS.map((column) => h("td", { class: "number" }, said(figures[column]))),
  );

const said = (value: number | null | undefined): string =>
  value === null || value === undefined ? "–" : value.toLocaleString("en", { maximumFractionDigits: 2 });
