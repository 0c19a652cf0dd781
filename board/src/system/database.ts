/** The database behind the service, for administrators: how it does, what is watched, and whether a total has drifted. */
import { h, setText } from "../dom.js";
import type { Session } from "../session.js";
import { ago } from "../words.js";
import { Figures } from "./figures.js";

const ASK_MS = 10_000;
/** Differences that are listed. */
const LISTED = 20;

interface Health {
  readonly version: string;
  readonly started_at: string;
  readonly sessions: number;
  readonly max_sessions: number;
  readonly writing: number;
  readonly size_bytes: number;
  readonly log_bytes: number;
  readonly buffer_hit_ratio: number | null;
  readonly deadlocks: number;
  readonly problems: number;
}

interface Watched {
  readonly table: string;
  readonly entity: string;
  readonly key: readonly string[];
  readonly topics: readonly string[];
  readonly events: number;
}

interface Drift {
  readonly summary: string;
  readonly key: string | null;
  readonly column: string;
  readonly stored: string | null;
  readonly actual: string | null;
}

export class Database {
  readonly root: HTMLElement;
  readonly #session: Session;
  readonly #figures = new Figures();
  readonly #note = h("p", { class: "faint" });
  readonly #rows = h("tbody");
  readonly #verdict = h("div", { class: "verdict", role: "status" });
  readonly #check = h("button", { type: "button" }, "Check for drift");
  readonly #clock: ReturnType<typeof setInterval> | undefined;

  constructor(session: Session) {
    this.#session = session;
    const title = h("h2", { id: "database" }, "Database");
    this.root = h("section", { class: "panel wide database", "aria-labelledby": "database" });
    if (!session.isAdmin) {
      this.root.append(
        title,
        h("p", { class: "faint" }, "Its health and what is watched are shown to administrators."),
      );
      return;
    }
    this.#check.addEventListener("click", () => void this.#verify());
    this.root.append(
      h("div", { class: "row" }, title, this.#check),
      this.#note,
      this.#verdict,
      this.#figures.root,
      h("h3", {}, "Watched tables"),
      h(
        "div",
        { class: "scroll", tabIndex: 0, role: "region", "aria-label": "Watched tables" },
        this.#table(),
      ),
    );
    this.#clock = setInterval(() => void this.#ask(), ASK_MS);
    void this.#ask();
  }

  close(): void {
    clearInterval(this.#clock);
  }

  #table(): HTMLElement {
    const headings = ["Table", "Entity", "Key", "Events in the log", "Topics"];
    const head = h("tr", {}, ...headings.map((text) => h("th", { scope: "col" }, text)));
    return h("table", {}, h("thead", {}, head), this.#rows);
  }

  async #ask(): Promise<void> {
    if (document.hidden) return;
    const began = performance.now();
    try {
      this.#tell((await this.#get("database")) as Health, performance.now() - began);
      this.#list((await this.#get("watches")) as readonly Watched[]);
      setText(this.#note, "");
    } catch (error) {
      setText(this.#note, `The database was not heard: ${(error as Error).message}`);
    }
  }

  async #get(name: string, method = "GET"): Promise<unknown> {
    return (await this.#session.request(`/api/v2/admin/${name}`, method)).json();
  }

  #tell(health: Health, ms: number): void {
    const { buffer_hit_ratio: hits, sessions, max_sessions, deadlocks, problems } = health;
    const figures = this.#figures;
    figures.show(
      "Postgres",
      `${health.version.split(" ")[0]}, up ${ago(Date.parse(health.started_at)).replace(" ago", "")}`,
    );
    figures.show("Answers in", `${Math.round(ms)} ms`, ms > 1000);
    figures.show("Connections", `${sessions} of ${max_sessions}`, sessions > max_sessions * 0.8);
    figures.show("Writing now", String(health.writing));
    figures.show("Found in memory", hits === null ? "–" : `${(hits * 100).toFixed(1)} %`);
    figures.show("Size", bytes(health.size_bytes));
    figures.show("Log", bytes(health.log_bytes));
    figures.show("Deadlocks", String(deadlocks));
    figures.show("Noted problems", String(problems), problems > 0);
  }

  #list(watched: readonly Watched[]): void {
    const cell = (text: string, kind = ""): HTMLElement => h("td", { class: kind }, text);
    const rows = watched.map(({ table, entity, key, topics, events }) =>
      h(
        "tr",
        {},
        h("th", { scope: "row" }, table),
        cell(entity),
        cell(key.join(", ") || "none"),
        cell(String(events), "number"),
        h("td", {}, h("code", {}, topics.join(", "))),
      ),
    );
    this.#rows.replaceChildren(...rows);
  }

  async #verify(): Promise<void> {
    this.#check.disabled = true;
    this.#verdict.replaceChildren(h("p", { class: "faint" }, "Counting everything again…"));
    const began = performance.now();
    try {
      const drifts = (await this.#get("verify", "POST")) as readonly Drift[];
      this.#verdict.replaceChildren(...verdictOn(drifts, Math.round(performance.now() - began)));
    } catch (error) {
      this.#verdict.replaceChildren(h("p", { class: "refusal" }, `Not checked: ${(error as Error).message}`));
    }
    this.#check.disabled = false;
  }
}

function verdictOn(drifts: readonly Drift[], ms: number): HTMLElement[] {
  if (!drifts.length)
    return [h("p", { class: "exact" }, `Exact: every total was counted again in ${ms} ms.`)];
  const lines = drifts
    .slice(0, LISTED)
    .map(({ summary, key, column, stored, actual }) =>
      h(
        "li",
        {},
        h("code", {}, `${summary} ${key ?? ""}`),
        ` ${column} is ${stored ?? 0}, counted ${actual ?? 0}`,
      ),
    );
  const said = `${drifts.length} totals have drifted. `;
  return [
    h("p", { class: "refusal" }, said, h("code", {}, "select tide.rebuild()"), " repairs them."),
    h("ul", {}, ...lines),
  ];
}

const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** "17.3 MB" */
function bytes(count: number): string {
  const power = count > 0 ? Math.min(UNITS.length - 1, Math.floor(Math.log10(count) / 3)) : 0;
  const value = count / 1000 ** power;
  return `${value < 10 && power ? value.toFixed(1) : Math.round(value)} ${UNITS[power]}`;
}
