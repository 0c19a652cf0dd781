/** What is not as usual, in sentences; and what was so today. */
import { h } from "../dom.js";
import { Follower } from "../followed.js";
import type { Session } from "../session.js";
import { ago } from "../words.js";

interface Anomaly {
  readonly id: string;
  readonly sentence: string;
  readonly began_at: string;
  readonly ended_at: string | null;
  readonly score: number;
}

interface Answer {
  readonly active: readonly Anomaly[];
  readonly ended_24h: readonly Anomaly[];
}

/** Of those that are over. */
const LISTED = 5;
const ASK_MS = 30_000;

export class Anomalies {
  readonly root: HTMLElement;
  readonly #list = h("ul", { class: "anomalies" });
  readonly #note = h("p", { class: "empty" }, "Asking…");
  readonly #follower: Follower<Anomaly> | undefined;
  readonly #clock: ReturnType<typeof setInterval> | undefined;

  constructor(session: Session) {
    this.root = h(
      "section",
      { class: "panel wide", "aria-labelledby": "anomalies" },
      h("h2", { id: "anomalies" }, "Not as usual"),
      this.#note,
      this.#list,
    );
    this.root.hidden = !session.isAdmin;
    if (!session.isAdmin) return;
    this.#follower = new Follower<Anomaly>(session.client, {
      topic: "monitor:anomalies",
      entity: "anomaly",
      load: async () => {
        const answer = (await (await session.request("/api/v1/dashboard/anomalies")).json()) as Answer;
        return [...answer.active, ...answer.ended_24h];
      },
    });
    this.#follower.listen(() => this.#tell());
    this.#clock = setInterval(() => {
      if (!document.hidden) void this.#follower?.ask();
    }, ASK_MS);
  }

  close(): void {
    this.#follower?.close();
    clearInterval(this.#clock);
  }

  #tell(): void {
    const { rows, error } = this.#follower ?? {};
    if (rows) this.#show([...rows.values()]);
    if (error) this.#say(`Anomalies were not read: ${error.message}`);
  }

  #show(anomalies: readonly Anomaly[]): void {
    const active = anomalies.filter(({ ended_at }) => !ended_at).sort((a, b) => b.score - a.score);
    const over = anomalies
      .filter(({ ended_at }) => ended_at)
      .sort((a, b) => String(b.ended_at).localeCompare(String(a.ended_at)));
    this.#list.replaceChildren(...[...active, ...over.slice(0, LISTED)].map(lineOf));
    this.#list.hidden = !this.#list.childElementCount;
    const more = over.length > LISTED ? `, ${over.length} of them today` : "";
    if (!active.length && !over.length)
      this.#say(
        "Everything is as usual, as far as that is known: what is usual is learned from this hour on the seven days before.",
      );
    else this.#say(active.length ? "" : `Nothing right now; what follows is over${more}.`);
  }

  #say(text: string): void {
    this.#note.textContent = text;
    this.#note.hidden = !text;
  }
}

const lineOf = ({ sentence, began_at, ended_at }: Anomaly): HTMLElement =>
  h(
    "li",
    { "data-over": Boolean(ended_at) },
    h("span", {}, sentence),
    h(
      "span",
      { class: "faint" },
      ended_at
        ? `ended ${ago(Date.parse(ended_at))}`
        : `since ${ago(Date.parse(began_at)).replace(" ago", "")}`,
    ),
  );
