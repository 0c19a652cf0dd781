/** A webhook in full: how it stands, what can be done about it, and its deliveries. */
import { h, setAttribute, setText } from "../dom.js";
import type { Session } from "../session.js";
import { ago, counted } from "../words.js";
import { Deliveries } from "./deliveries.js";
import { Figures } from "./figures.js";
import { secretNote } from "./secret.js";

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

export interface WebhookPorts {
  /** Something was done that the list does not know of yet. */
  changed(): void;
  /** It is to be changed. */
  edit(): void;
}

export class WebhookPanel {
  readonly root: HTMLElement;
  readonly #session: Session;
  readonly #id: string;
  readonly #ports: WebhookPorts;
  readonly #title = h("h2", { id: "webhook" });
  readonly #what = h("p", { class: "faint" });
  readonly #figures = new Figures();
  readonly #said = h("p", { class: "said", role: "status" });
  readonly #pause = this.#button("Pause", () => this.#post(this.#isActive ? "pause" : "resume"));
  readonly #test = this.#button("Send a test", () => this.#post("test"));
  readonly #dead = this.#button("Send dead letters again", () => this.#post("redeliver-dead"));
  readonly #rotate = this.#button("New secret", () => this.#newSecret(), "quiet");
  readonly #delete = this.#button("Delete", () => this.#deleteAskingOnce(), "quiet");
  readonly #secret = h("div");
  readonly #after = h("input", { type: "number", min: "0", required: true, placeholder: "4711" });
  readonly #deliveries: Deliveries;
  #isActive = true;
  #isSure = false;
  #isGone = false;

  constructor(session: Session, id: string, ports: WebhookPorts) {
    this.#session = session;
    this.#id = id;
    this.#ports = ports;
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
      this.#secret,
      h("div", { class: "tools" }, this.#pause, this.#test, this.#dead, replay),
      h(
        "div",
        { class: "tools" },
        h("button", { type: "button", class: "quiet", onclick: () => ports.edit() }, "Change"),
        this.#rotate,
        this.#delete,
      ),
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

  /** Shows a secret until somebody says that they have it. */
  tellSecret(secret: string, why: string): void {
    const note = secretNote(secret, why, () => this.#secret.replaceChildren());
    this.#secret.replaceChildren(note);
  }

  async #newSecret(): Promise<string> {
    const response = await this.#session.request(`/api/v1/webhooks/${this.#id}/rotate-secret`, "POST");
    const { secret, former_expires_at: ends } = (await response.json()) as Rotated;
    const until = new Date(ends).toLocaleString();
    this.tellSecret(
      secret,
      `The new secret, shown this once. The former one signs beside it until ${until}.`,
    );
    return "It signs with a new secret.";
  }

  /** With everything it has: so it is asked once more. */
  async #deleteAskingOnce(): Promise<string> {
    this.#isSure = !this.#isSure;
    setText(this.#delete, this.#isSure ? "Delete for good" : "Delete");
    if (this.#isSure) return "Its deliveries and dead letters go with it. Press again to delete it.";
    this.#deliveries.close();
    await this.#session.request(`/api/v1/webhooks/${this.#id}`, "DELETE");
    this.#isGone = true;
    return "Deleted.";
  }

  #button(text: string, act: () => Promise<unknown>, style = ""): HTMLButtonElement {
    const button = h("button", { type: "button", class: style }, text);
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
    this.#ports.changed();
    if (!this.#isGone) void this.#deliveries.ask();
  }
}

interface Rotated {
  readonly secret: string;
  readonly former_expires_at: string;
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
