/** A webhook in full: how it stands, what can be done about it, and its deliveries. */
import { h, setAttribute, setText } from "../dom.js";
import type { Session } from "../session.js";
import { ago, counted } from "../words.js";
import { Deliveries } from "./deliveries.js";
import { Figures } from "./figures.js";

export interface Webhook {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly topics: readonly string[];
  readonly entities: readonly string[] | null;
  readonly actions: readonly string[] | null;
  readonly batch_window_ms: number;
  readonly status: "active" | "paused" | "disabled";
  readonly status_reason: string | null;
  readonly failing_since_at: string | null;
  readonly sequence?: number;
  readonly pending?: number;
  readonly dead?: number;
}

export interface Health {
  readonly kind: "well" | "failing" | "still";
  readonly word: string;
  /** The worst first. */
  readonly rank: number;
}

/** How a webhook does, in a word. */
export function healthOf({ status, failing_since_at }: Webhook): Health {
  if (status === "disabled") return { kind: "failing", word: "disabled", rank: 0 };
  if (status === "paused") return { kind: "still", word: "paused", rank: 2 };
  if (failing_since_at)
    return {
      kind: "failing",
      word: `failing for ${ago(Date.parse(failing_since_at)).replace(" ago", "")}`,
      rank: 1,
    };
  return { kind: "well", word: "well", rank: 3 };
}

/** What people call it. */
export const nameOf = ({ name, url }: Webhook): string =>
  name || (URL.canParse(url) ? new URL(url).host : url);

export class WebhookPanel {
  readonly root: HTMLElement;
  readonly #session: Session;
  readonly #id: string;
  readonly #changed: () => void;
  readonly #title = h("h2", { id: "webhook" });
  readonly #what = h("p", { class: "faint" });
  readonly #figures = new Figures();
  readonly #said = h("p", { class: "said", role: "status" });
  readonly #pause = this.#button("Pause", () => this.#post(this.#isActive ? "pause" : "resume"));
  readonly #test = this.#button("Send a test", () => this.#post("test"));
  readonly #dead = this.#button("Send dead letters again", () => this.#post("redeliver-dead"));
  readonly #after = h("input", { type: "number", min: "0", required: true, placeholder: "4711" });
  readonly #deliveries: Deliveries;
  #isActive = true;

  /** `changed`: something was done that the list does not know of yet. */
  constructor(session: Session, id: string, changed: () => void) {
    this.#session = session;
    this.#id = id;
    this.#changed = changed;
    this.#deliveries = new Deliveries(session, id, (text) => setText(this.#said, text));
    const replay = h(
      "form",
      { class: "replay", onsubmit: (event: Event) => this.#replay(event) },
      h("label", {}, "Replay all after sequence", this.#after),
      h("button", { type: "submit" }, "Replay"),
    );
    this.root = h(
      "section",
      { class: "panel webhook", "aria-labelledby": "webhook" },
      this.#title,
      this.#what,
      this.#figures.root,
      h("div", { class: "tools" }, this.#pause, this.#test, this.#dead, replay),
      this.#said,
      this.#deliveries.root,
    );
  }

  close(): void {
    this.#deliveries.close();
  }

  show(webhook: Webhook): void {
    const { kind, word } = healthOf(webhook);
    const { pending, dead = 0, sequence, status_reason, batch_window_ms: window } = webhook;
    this.#isActive = webhook.status === "active";
    setText(this.#title, nameOf(webhook));
    setText(this.#what, whatOf(webhook));
    this.#figures.show("Health", status_reason ? `${word}: ${status_reason}` : word, kind === "failing");
    this.#figures.show("Waiting", String(pending ?? "–"));
    this.#figures.show("Dead letters", String(dead), dead > 0);
    this.#figures.show("Queued up to", String(sequence ?? "–"));
    this.#figures.show("Gathered for", window ? `${window} ms` : "not at all");
    setText(this.#pause, this.#isActive ? "Pause" : "Resume");
    this.#dead.hidden = !dead;
    setAttribute(this.root, "data-kind", kind);
  }

  #button(text: string, act: () => Promise<unknown>): HTMLButtonElement {
    const button = h("button", { type: "button" }, text);
    button.addEventListener("click", () => void this.#do(act));
    return button;
  }

  #replay(event: Event): void {
    event.preventDefault();
    void this.#do(() => this.#post("replay", { after: Number(this.#after.value) }));
  }

  async #post(verb: string, body?: unknown): Promise<string> {
    const response = await this.#session.request(`/api/v1/webhooks/${this.#id}/${verb}`, "POST", body);
    const answer = (await response.json()) as { readonly queued?: number; readonly head?: number };
    return (
      { ...SAID, "redeliver-dead": `${counted(answer.queued ?? 0, "dead letter")} on the way again.` }[
        verb
      ] ?? ""
    );
  }

  async #do(act: () => Promise<unknown>): Promise<void> {
    try {
      setText(this.#said, String(await act()));
    } catch (error) {
      setText(this.#said, `Not done: ${(error as Error).message}`);
    }
    this.#changed();
    void this.#deliveries.ask();
  }
}

const SAID: Readonly<Record<string, string>> = {
  pause: "Paused: what happens meanwhile stays in the log.",
  resume: "It goes on where it stopped.",
  test: "A test is on its way.",
  replay: "Everything after it is on the way again, with the same ids.",
};

/** "POST https://… · project:… · task: create, update" */
function whatOf({ url, topics, entities, actions }: Webhook): string {
  const filter = [entities?.join(", "), actions?.join(", ")].filter(Boolean).join(": ");
  return [url, topics.join(", "), filter || "every change"].join(" · ");
}
