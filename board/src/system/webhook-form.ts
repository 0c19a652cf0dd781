/** A webhook to be, or to be changed. What is right the service decides: its refusal is shown at the field it names. */
import { h, setAttribute, setText } from "../dom.js";
import { Refusal, type Session } from "../session.js";
import type { Webhook } from "./webhook.js";

const ACTIONS = ["create", "update", "delete"] as const;

/** What the form gives back: the webhook, with its secret if it is new. */
export type Saved = Webhook & { readonly secret?: string };

interface Ports {
  saved(webhook: Saved): void;
  /** Undefined where there is nothing to go back to. */
  cancelled?: () => void;
}

/** A labelled field with room for what is wrong with it. */
class Field<T extends HTMLInputElement | HTMLTextAreaElement> {
  readonly root: HTMLElement;
  readonly input: T;
  readonly #refusal: HTMLElement;

  constructor(name: string, word: string, input: T, hint = "") {
    this.input = input;
    input.id = `webhook-${name}`;
    this.#refusal = h("p", { class: "refusal", role: "alert", id: `${input.id}-refusal`, hidden: true });
    input.setAttribute("aria-describedby", this.#refusal.id);
    this.root = h(
      "div",
      { class: "field" },
      h("label", { htmlFor: input.id }, word),
      input,
      hint ? h("p", { class: "faint" }, hint) : null,
      this.#refusal,
    );
  }

  /** Null: nothing is wrong. */
  blame(reason: string | null): void {
    this.#refusal.hidden = reason === null;
    setText(this.#refusal, reason ?? "");
    setAttribute(this.input, "aria-invalid", reason === null ? null : "true");
  }
}

const text = (value: string, more: Readonly<Record<string, unknown>> = {}): HTMLInputElement =>
  h("input", { type: "text", autocomplete: "off", spellcheck: false, ...more, value });

export class WebhookForm {
  readonly root: HTMLFormElement;
  /** Somebody has begun to fill it in. */
  isTouched = false;
  readonly #session: Session;
  readonly #webhook: Webhook | undefined;
  readonly #ports: Ports;
  readonly #fields;
  readonly #actions: ReadonlyMap<string, HTMLInputElement>;
  readonly #said = h("p", { class: "refusal", role: "alert", hidden: true });

  constructor(session: Session, ports: Ports, webhook?: Webhook) {
    this.#session = session;
    this.#webhook = webhook;
    this.#ports = ports;
    const topics = h("textarea", { rows: 3, spellcheck: false, value: webhook?.topics.join("\n") ?? "" });
    this.#fields = {
      name: new Field("name", "Name", text(webhook?.name ?? "")),
      url: new Field("url", "URL", text(webhook?.url ?? "", { inputMode: "url", placeholder: "https://" })),
      topics: new Field("topics", "Topics", topics, `One a line, as in subscribe: ${examples(session)}`),
      entities: new Field(
        "entities",
        "Entities",
        text(webhook?.entities?.join(", ") ?? "", { placeholder: "all" }),
        "With commas: task, branch",
      ),
      batch_window_ms: new Field(
        "batch_window_ms",
        "Gather for (ms)",
        h("input", { type: "number", min: "0", step: "1", value: String(webhook?.batch_window_ms ?? 0) }),
        "0: at once. Else what happens on a topic meanwhile is one bulk",
      ),
    };
    const wanted = webhook?.actions ?? ACTIONS;
    this.#actions = new Map(
      ACTIONS.map((name) => [name, h("input", { type: "checkbox", checked: wanted.includes(name) })]),
    );
    this.root = this.#form();
  }

  #form(): HTMLFormElement {
    const { name, url, topics, entities, batch_window_ms: window } = this.#fields;
    const cancel = this.#ports.cancelled;
    return h(
      "form",
      {
        class: "panel webhook-form",
        noValidate: true,
        "aria-labelledby": "webhook-form",
        onsubmit: (event: Event) => void this.#send(event),
        oninput: () => {
          this.isTouched = true;
        },
      },
      h("h2", { id: "webhook-form" }, this.#webhook ? "Change the webhook" : "A new webhook"),
      name.root,
      url.root,
      topics.root,
      entities.root,
      h(
        "fieldset",
        {},
        h("legend", {}, "Actions"),
        ...[...this.#actions].map(([word, box]) => h("label", {}, box, word)),
      ),
      window.root,
      this.#said,
      h(
        "div",
        { class: "tools" },
        h("button", { type: "submit" }, this.#webhook ? "Save" : "Make it"),
        cancel ? h("button", { type: "button", class: "quiet", onclick: cancel }, "Cancel") : null,
      ),
    );
  }

  /** What is to be sent, as it was typed. */
  #body(): unknown {
    const { name, url, topics, entities, batch_window_ms: window } = this.#fields;
    const actions = [...this.#actions].filter(([, box]) => box.checked).map(([word]) => word);
    const words = wordsOf(entities.input.value);
    return {
      name: name.input.value,
      url: url.input.value.trim(),
      topics: wordsOf(topics.input.value),
      entities: words.length ? words : null,
      actions: actions.length === ACTIONS.length ? null : actions,
      batch_window_ms: Number(window.input.value),
    };
  }

  async #send(event: Event): Promise<void> {
    event.preventDefault();
    this.#blame(null);
    const [path, method] = this.#webhook
      ? [`/api/v1/webhooks/${this.#webhook.id}`, "PUT"]
      : ["/api/v1/webhooks", "POST"];
    try {
      const response = await this.#session.request(path, method, this.#body());
      this.#ports.saved((await response.json()) as Saved);
    } catch (error) {
      this.#blame(error as Error);
    }
  }

  /** Says what is wrong where it is wrong; what no field of ours is to blame for, below. */
  #blame(error: Error | null): void {
    const blamed = error instanceof Refusal ? error.fields : [];
    const reason = error instanceof Refusal ? error.reason : (error?.message ?? "");
    let first: HTMLElement | undefined;
    for (const [name, field] of Object.entries(this.#fields)) {
      const isBlamed = blamed.includes(name);
      field.blame(isBlamed ? reason : null);
      if (isBlamed) first ??= field.input;
    }
    first?.focus();
    this.#said.hidden = !error || first !== undefined;
    setText(this.#said, error && !first ? `Not saved: ${reason}` : "");
  }
}

const wordsOf = (typed: string): string[] => typed.split(/[\s,]+/).filter(Boolean);

/** A topic that there is, so that nobody has to guess how one looks. */
function examples(session: Session): string {
  const [project] = session.client.store.all("projects").keys();
  return [`project:${project ?? "…"}`, session.isAdmin && "monitor:alerts"].filter(Boolean).join(", ");
}
