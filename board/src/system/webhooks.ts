/** What is delivered elsewhere by HTTP: each webhook with its health, and the one that was chosen in full. */
import { arrange, h, setAttribute, setText } from "../dom.js";
import { Follower } from "../followed.js";
import type { Session } from "../session.js";
import { firstWebhook } from "./first-webhook.js";
import { healthOf, nameOf, type Webhook, WebhookPanel } from "./webhook.js";
import { type Saved, WebhookForm } from "./webhook-form.js";

/** What waits is no event: it is asked for. */
const ASK_MS = 2000;

interface Listed {
  readonly items: readonly Webhook[];
}

/** One of the list, to be chosen. */
interface Choice {
  readonly root: HTMLElement;
  readonly button: HTMLButtonElement;
  show(webhook: Webhook, isChosen: boolean): void;
}

export class Webhooks {
  readonly parts: readonly HTMLElement[];
  readonly #session: Session;
  readonly #note = h("p", { class: "note", role: "status" }, "Asking…");
  readonly #list = h("ul", { class: "webhooks" });
  readonly #place = h("div", { class: "webhook-place" });
  readonly #new = h("button", { type: "button", onclick: () => this.#open() }, "New webhook");
  readonly #side = h("div", { class: "webhooks-side" }, this.#new, this.#list);
  readonly #root = h("div", { class: "webhooks-page wide" }, this.#side, this.#place);
  readonly #choices = new Map<string, Choice>();
  readonly #follower: Follower<Webhook>;
  readonly #clock: ReturnType<typeof setInterval>;
  #panel: WebhookPanel | undefined;
  #chosen: string | undefined;
  /** In place of the panel, while somebody makes or changes one. */
  #form: WebhookForm | undefined;
  /** Of the one that was just made. */
  #secret: string | undefined;
  #isEmpty = false;

  constructor(session: Session) {
    this.#session = session;
    this.#root.hidden = true;
    this.parts = [this.#note, this.#root];
    this.#follower = new Follower<Webhook>(session.client, {
      topic: session.isAdmin ? "monitor:webhooks" : null,
      entity: "webhook",
      load: async () =>
        ((await (await session.request("/api/v1/webhooks?limit=200")).json()) as Listed).items,
    });
    this.#follower.listen(() => this.#tell());
    this.#clock = setInterval(() => {
      if (!document.hidden) void this.#follower.ask();
    }, ASK_MS);
  }

  close(): void {
    this.#follower.close();
    this.#panel?.close();
    clearInterval(this.#clock);
  }

  #tell(): void {
    const { rows, error } = this.#follower;
    if (rows) this.#show([...rows.values()]);
    if (!error) return;
    this.#isEmpty = false;
    setText(this.#note, `Webhooks were not read: ${error.message}`);
  }

  #show(webhooks: readonly Webhook[]): void {
    this.#root.hidden = false;
    this.#side.hidden = !webhooks.length;
    if (webhooks.length) this.#showAll(webhooks);
    else this.#explain();
  }

  #showAll(webhooks: readonly Webhook[]): void {
    // The one that was offered where there was none.
    if (this.#isEmpty && !this.#form?.isTouched) this.#form = undefined;
    this.#isEmpty = false;
    const bad = webhooks.filter((webhook) => healthOf(webhook).kind === "failing").length;
    setText(this.#note, bad ? `${bad} of ${webhooks.length} cannot be reached.` : "");
    const sorted = webhooks.toSorted(
      (a, b) => healthOf(a).rank - healthOf(b).rank || a.id.localeCompare(b.id),
    );
    const chosen = sorted.find(({ id }) => id === this.#chosen) ?? (sorted[0] as Webhook);
    this.#choose(chosen);
    for (const id of this.#choices.keys())
      if (!webhooks.some((one) => one.id === id)) this.#choices.delete(id);
    const rows = sorted.map((webhook) => {
      const choice = this.#choices.get(webhook.id) ?? this.#choiceOf(webhook.id);
      choice.show(webhook, webhook.id === chosen.id);
      return choice.root;
    });
    arrange(this.#list, rows);
  }

  #choose(webhook: Webhook): void {
    if (webhook.id !== this.#chosen || !this.#panel) {
      this.#panel?.close();
      this.#chosen = webhook.id;
      this.#panel = new WebhookPanel(this.#session, webhook.id, {
        changed: () => void this.#follower.ask(),
        edit: () => this.#open(this.#follower.rows?.get(webhook.id)),
      });
      if (this.#secret) this.#panel.tellSecret(this.#secret, SHOWN_ONCE);
      this.#secret = undefined;
    }
    this.#panel.show(webhook);
    const shown = this.#form?.root ?? this.#panel.root;
    if (shown.parentElement !== this.#place) this.#place.replaceChildren(shown);
  }

  /** A form for a new one, or for this one. */
  #open(webhook?: Webhook): void {
    const close = (): void => {
      this.#form = undefined;
      void this.#follower.ask();
    };
    const saved = ({ id, secret }: Saved): void => {
      this.#chosen = id;
      this.#secret = secret;
      if (secret) this.#panel?.close();
      if (secret) this.#panel = undefined;
      close();
    };
    this.#form = new WebhookForm(this.#session, { saved, cancelled: close }, webhook);
    this.#place.replaceChildren(this.#form.root);
    this.#form.root.querySelector("input")?.focus();
  }

  #choiceOf(id: string): Choice {
    const choose = (): void => {
      this.#form = undefined;
      this.#chosen = id;
      this.#panel?.close();
      this.#panel = undefined;
      void this.#follower.ask();
    };
    const choice = choiceFor(choose);
    this.#choices.set(id, choice);
    return choice;
  }

  #explain(): void {
    if (this.#isEmpty) return;
    this.#isEmpty = true;
    this.#choices.clear();
    this.#panel?.close();
    this.#panel = undefined;
    this.#form = new WebhookForm(this.#session, {
      saved: ({ id, secret }) => {
        this.#chosen = id;
        this.#secret = secret;
        this.#form = undefined;
        void this.#follower.ask();
      },
    });
    setText(this.#note, "");
    this.#place.replaceChildren(firstWebhook(this.#session), this.#form.root);
  }
}

const SHOWN_ONCE =
  "Its secret, shown this once: your server verifies deliveries with it. If it is lost, make a new one.";

function choiceFor(choose: () => void): Choice {
  const [name, url, health, waiting] = [h("b"), h("span", { class: "url" }), h("span"), h("span")];
  health.className = "health";
  waiting.className = "faint";
  const button = h("button", { type: "button", onclick: choose }, name, health, url, waiting);
  return {
    root: h("li", {}, button),
    button,
    show(webhook, isChosen) {
      const { kind, word } = healthOf(webhook);
      setText(name, nameOf(webhook));
      setText(url, webhook.url);
      setText(health, word);
      setAttribute(health, "data-kind", kind);
      setText(waiting, waitingOf(webhook));
      setAttribute(button, "aria-pressed", String(isChosen));
    },
  };
}

/** "12 wait, 3 dead" */
function waitingOf({ pending, dead }: Webhook): string {
  const parts = [pending ? `${pending} waiting` : "", dead ? `${dead} dead` : ""].filter(Boolean);
  return parts.join(", ") || "nothing waits";
}
