/** One alert: how grave it is, what it says, since when, who sees to it, and what can be done about it. */
import type { Alert } from "../alarm.js";
import { h, setAttribute, setText } from "../dom.js";
import { ago, counted } from "../words.js";
import { AlertComments, type CommentPorts } from "./alert-comments.js";

const SHAPES = { critical: "▲", warning: "◆", info: "●" } as const;
const HOUR = 3600;

interface Ports extends CommentPorts {
  /** Does something about it; a refusal is shown in its row. */
  act(verb: string, body?: unknown): Promise<void>;
}

export class AlertRow {
  readonly root = h("li", { class: "alert" });
  readonly #ports: Ports;
  readonly #shape = h("span", { "aria-hidden": "true" });
  readonly #word = h("span");
  readonly #title = h("h3");
  readonly #when = h("p", { class: "faint" });
  readonly #facts = h("dl", { class: "alert-facts" });
  readonly #refusal = h("p", { class: "refusal", role: "alert", hidden: true });
  readonly #acknowledge = this.#button("Acknowledge", "ack");
  readonly #resolve = this.#button("Resolve", "resolve");
  readonly #silence = this.#button("Silence 1 h", "silence", () => ({
    seconds: this.#isSilent() ? 0 : HOUR,
  }));
  #alert: Alert | undefined;

  constructor(ports: Ports) {
    this.#ports = ports;
    const comments = new AlertComments(ports).root;
    const body = h("div", {}, this.#title, this.#when, this.#facts, comments, this.#refusal);
    const buttons = h("div", { class: "alert-do" }, this.#acknowledge, this.#resolve, this.#silence);
    this.root.append(h("p", { class: "severity" }, this.#shape, " ", this.#word), body, buttons);
  }

  show(alert: Alert): void {
    const isFresh = this.#alert?.status !== alert.status;
    this.#alert = alert;
    const { severity, status, title, detail } = alert;
    setAttribute(this.root, "data-severity", severity);
    setAttribute(this.root, "data-status", status);
    setText(this.#shape, SHAPES[severity]);
    setText(this.#word, severity);
    setText(this.#title, title);
    this.#tell(detail);
    for (const [button, word] of this.#named()) setAttribute(button, "aria-label", `${word}: ${title}`);
    const hadFocus = document.activeElement === this.#acknowledge;
    this.#acknowledge.hidden = status !== "open";
    if (isFresh && hadFocus && status !== "open") this.#resolve.focus();
    this.tick();
  }

  /** Time passes. */
  tick(): void {
    if (this.#alert) setText(this.#when, this.#said(this.#alert));
    setText(this.#silence, this.#isSilent() ? "End silence" : "Silence 1 h");
  }

  #named(): readonly (readonly [HTMLButtonElement, string])[] {
    return [
      [this.#acknowledge, "Acknowledge"],
      [this.#resolve, "Resolve"],
      [this.#silence, this.#isSilent() ? "End silence" : "Silence 1 h"],
    ];
  }

  #isSilent(): boolean {
    return Date.parse(this.#alert?.silence_ends_at ?? "") > Date.now();
  }

  #tell(detail: Alert["detail"]): void {
    const entries = Object.entries(detail);
    this.#facts.hidden = !entries.length;
    this.#facts.replaceChildren(
      ...entries.map(([name, value]) =>
        h(
          "div",
          {},
          h("dt", {}, name.replaceAll("_", " ")),
          h("dd", {}, typeof value === "string" ? value : JSON.stringify(value)),
        ),
      ),
    );
  }

  #button(text: string, verb: string, body?: () => unknown): HTMLButtonElement {
    const button = h("button", { type: "button", class: verb === "ack" ? "" : "quiet" }, text);
    button.addEventListener("click", () => void this.#do(button, verb, body?.()));
    return button;
  }

  /** "opened 3 min ago, seen 4 times, last 2 s ago · acknowledged by you 1 min ago" */
  #said({
    opened_at,
    last_seen_at,
    occurrence_count: count,
    acknowledged_at,
    acknowledged_by,
  }: Alert): string {
    const when = (at: string): string => ago(Date.parse(at));
    const seen = count > 1 ? `, seen ${counted(count, "time")}, last ${when(last_seen_at)}` : "";
    const who = this.#ports.call(acknowledged_by ?? "somebody");
    const taken = acknowledged_at ? ` · acknowledged by ${who} ${when(acknowledged_at)}` : "";
    return `opened ${when(opened_at)}${seen}${taken}${this.#isSilent() ? " · silenced" : ""}`;
  }

  async #do(button: HTMLButtonElement, verb: string, body: unknown): Promise<void> {
    button.setAttribute("aria-busy", "true");
    this.#refusal.hidden = true;
    try {
      await this.#ports.act(verb, body);
    } catch (error) {
      this.#refusal.hidden = false;
      this.#refusal.textContent = `Not done: ${(error as Error).message}`;
    }
    button.removeAttribute("aria-busy");
  }
}
