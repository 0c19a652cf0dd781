/** What somebody should look at, the worst first; whoever sees to it says so in place. */
import type { Alert } from "../alarm.js";
import { arrange, h, setAttribute, setText } from "../dom.js";
import type { Session } from "../session.js";
import type { Comment } from "./alert-comments.js";
import { AlertRow } from "./alert-row.js";

const GRAVITY: Readonly<Record<string, number>> = { critical: 0, warning: 1, info: 2 };
const EVERY_MS = 1000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

interface Discussed {
  readonly comments: readonly Comment[];
}

export class Alerts {
  readonly root: HTMLElement;
  readonly #session: Session;
  readonly #summary = h("p", { class: "faint" });
  readonly #news = h("p", { class: "hidden", role: "status" });
  readonly #list = h("ul", { class: "alerts" });
  readonly #empty = h("p", { class: "empty" }, "Asking…");
  readonly #rows = new Map<string, AlertRow>();
  readonly #stop: (() => void) | undefined;
  readonly #clock: ReturnType<typeof setInterval> | undefined;

  constructor(session: Session) {
    this.#session = session;
    const title = h("h2", { id: "alerts" }, "Alerts");
    this.root = h(
      "section",
      { class: "panel wide", "aria-labelledby": "alerts" },
      h("div", { class: "row" }, title, this.#summary),
      this.#news,
      this.#empty,
      this.#list,
    );
    if (!session.isAdmin) {
      this.#empty.textContent = "Alerts, and what is not as usual, are shown to administrators.";
      return;
    }
    this.#stop = session.alerts?.listen((fresh) => this.#show(fresh));
    this.#clock = setInterval(() => this.#tick(), EVERY_MS);
  }

  close(): void {
    this.#stop?.();
    clearInterval(this.#clock);
  }

  #show(fresh: Alert | undefined): void {
    const { rows, error } = this.#session.alerts ?? {};
    if (rows)
      this.#showAll([...rows.values()].filter(({ status }) => status !== "resolved").sort(worstFirst));
    if (error) {
      this.#empty.hidden = false;
      this.#empty.replaceChildren(`Alerts were not read: ${error.message}`);
    }
    if (fresh && fresh.status !== "resolved") setText(this.#news, `New alert: ${fresh.title}`);
  }

  #showAll(due: readonly Alert[]): void {
    for (const id of this.#rows.keys()) if (!due.some((alert) => alert.id === id)) this.#drop(id);
    arrange(
      this.#list,
      due.map((alert) => this.#rowOf(alert).root),
    );
    const open = due.filter(({ status }) => status === "open").length;
    setText(this.#summary, due.length ? `${open} open, ${due.length - open} acknowledged` : "");
    setAttribute(this.root, "data-bad", open ? "" : null);
    this.#list.hidden = !due.length;
    this.#empty.hidden = due.length > 0;
    this.#empty.replaceChildren("Nothing needs you. Anything may raise one: ", howTo());
  }

  #rowOf(alert: Alert): AlertRow {
    const row = this.#rows.get(alert.id) ?? this.#newRow(alert.id);
    this.#rows.set(alert.id, row);
    row.show(alert);
    return row;
  }

  #newRow(id: string): AlertRow {
    const path = `/api/v1/alerts/${id}`;
    return new AlertRow({
      act: async (verb, body) => {
        await this.#session.request(`${path}/${verb}`, "POST", body);
        await this.#session.alerts?.ask();
      },
      load: async () => ((await (await this.#session.request(path)).json()) as Discussed).comments,
      say: async (body) => void (await this.#session.request(`${path}/comments`, "POST", { body })),
      call: (somebody) => this.#call(somebody),
    });
  }

  /** The keyboard's place stays in the list. */
  #drop(id: string): void {
    const hadFocus = this.#rows.get(id)?.root.contains(document.activeElement);
    this.#rows.delete(id);
    if (!hadFocus) return;
    this.#list.tabIndex = -1;
    this.#list.focus();
  }

  /** People are known by their ids here; who looks is known by the topic that is theirs. */
  #call(somebody: string): string {
    if (this.#session.client.topics.includes(`user:${somebody}`)) return "you";
    return UUID.test(somebody) ? `user ${somebody.slice(0, 8)}` : somebody;
  }

  #tick(): void {
    for (const row of this.#rows.values()) row.tick();
  }
}

const worstFirst = (a: Alert, b: Alert): number =>
  Number(a.status !== "open") - Number(b.status !== "open") ||
  (GRAVITY[a.severity] ?? 3) - (GRAVITY[b.severity] ?? 3) ||
  b.opened_at.localeCompare(a.opened_at);

const howTo = (): HTMLElement => h("code", {}, "insert into monitor.alerts (title) values ('…')");
