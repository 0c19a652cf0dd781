/** The topics that are followed, where each stands, and why one is refused. */
import { h, setText } from "../dom.js";
import { calmly } from "../frame.js";
import type { Session } from "../session.js";

const WHY: Readonly<Record<string, string>> = {
  forbidden:
    "you are not a member of its project, or it does not exist; topics of your own tables need an administrator's credential",
  malformed: "a topic is a kind, a colon and an id: project:<id>, branch:<id>, task:<id> or user:<id>",
  too_many_topics: "more topics than websocket.max_topics",
  topic_revoked: "you were removed from its project",
};
const SUGGESTED = 200;

export class Topics {
  readonly root: HTMLElement;
  readonly #session: Session;
  readonly #rows = h("tbody");
  readonly #summary = h("summary");
  readonly #names = h("datalist", { id: "topic-names" });
  readonly #field = h("input", {
    type: "text",
    placeholder: "branch:…",
    list: "topic-names",
    required: true,
  });
  readonly #stops: (() => void)[];

  constructor(session: Session) {
    this.#session = session;
    const render = calmly(() => this.#show(), 500);
    const { client } = session;
    const form = h(
      "form",
      { class: "tools", onsubmit: (event: Event) => this.#subscribe(event) },
      h("label", {}, "Topic", this.#field),
      h("button", { type: "submit" }, "Subscribe"),
      this.#names,
    );
    const head = h(
      "tr",
      {},
      ...["Topic", "State", "Position", "Lag", ""].map((text) => h("th", { scope: "col" }, text)),
    );
    const table = h("table", {}, h("thead", {}, head), this.#rows);
    this.root = h(
      "section",
      { class: "panel topics", "aria-labelledby": "topics" },
      h("h2", { id: "topics" }, "Topics"),
      form,
      h("details", {}, this.#summary, h("div", { class: "scroll" }, table)),
    );
    const clock = setInterval(render, 1000);
    this.#stops = [client.on("state", render), client.on("subscription", render), () => clearInterval(clock)];
    this.#suggest();
    this.#show();
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  #subscribe(event: Event): void {
    event.preventDefault();
    this.#session.client.subscribe([this.#field.value.trim()]);
    this.#field.value = "";
    this.#open();
    this.#show();
  }

  #open(): void {
    const details = this.#summary.parentElement;
    if (details instanceof HTMLDetailsElement) details.open = true;
  }

  #suggest(): void {
    const { store } = this.#session.client;
    const kinds = ["projects", "branches"] as const;
    const names = kinds.flatMap((kind) =>
      [...store.all(kind).values()].map(({ id, name }) => [
        `${kind === "projects" ? "project" : "branch"}:${id}`,
        name,
      ]),
    );
    this.#names.append(
      ...names.slice(0, SUGGESTED).map(([value, name]) => h("option", { value: value ?? "" }, name)),
    );
  }

  #show(): void {
    const { client } = this.#session;
    setText(this.#summary, this.#describe());
    // A focused button would be lost with its row.
    if (this.#rows.contains(document.activeElement)) return;
    this.#rows.replaceChildren(...client.topics.map((topic) => this.#row(topic)));
    if (!client.topics.length)
      this.#rows.append(h("tr", {}, h("td", { colSpan: 5, class: "faint" }, "None yet.")));
  }

  #describe(): string {
    const { client } = this.#session;
    const counts = new Map<string, number>();
    for (const topic of client.topics) {
      const status = client.subscription(topic)?.status ?? "connecting";
      counts.set(status, (counts.get(status) ?? 0) + 1);
    }
    const said = [...counts].map(([status, count]) => `${count} ${status === "closed" ? "refused" : status}`);
    const { position, lag } = client.state;
    return `${said.join(", ") || "None"} · position ${position?.sequence ?? "–"} · lag ${lag}`;
  }

  #row(topic: string): HTMLElement {
    const { client } = this.#session;
    const state = client.subscription(topic);
    const reason = state && "reason" in state ? state.reason : "";
    const why =
      state?.status === "closed" ? `refused (${reason}): ${WHY[reason] ?? "see docs/errors.md"}` : reason;
    const drop = h(
      "button",
      { type: "button", class: "quiet", "aria-label": `Leave ${topic}`, onclick: () => this.#leave(topic) },
      "Leave",
    );
    const cell = (text: unknown, kind = ""): HTMLElement => h("td", { class: kind }, String(text ?? "–"));
    const place = h("th", { scope: "row" }, this.#nameOf(topic), h("code", { class: "faint" }, topic));
    const said = h(
      "td",
      { "data-status": state?.status ?? "" },
      h("b", {}, state?.status ?? ""),
      why ? ` ${why}` : "",
    );
    return h(
      "tr",
      {},
      place,
      said,
      cell(state?.position, "number"),
      cell(state?.lag, "number"),
      h("td", {}, drop),
    );
  }

  #leave(topic: string): void {
    this.#session.client.unsubscribe([topic]);
    this.#field.focus();
    this.#show();
  }

  #nameOf(topic: string): string {
    const { store } = this.#session.client;
    const [kind, id = ""] = topic.split(":");
    const body =
      kind === "project"
        ? store.get("projects", id)
        : kind === "branch"
          ? store.get("branches", id)
          : undefined;
    return body ? `${body.name} ` : "";
  }
}
