/** One delivery: a line, which opens into what was sent and what came back at every attempt. */
import { h, setAttribute, setText } from "../dom.js";
import { ago, counted, timeOf } from "../words.js";

export interface Attempt {
  readonly at: string;
  readonly status: number | null;
  readonly duration_ms: number | null;
  readonly error: string | null;
  readonly reply: string | null;
}

export interface Delivery {
  readonly id: string;
  readonly message_id: string;
  readonly topic: string;
  readonly sequence: number;
  readonly status: "pending" | "delivered" | "dead";
  readonly attempt_count: number;
  readonly next_attempt_at: string;
  readonly created_at: string;
  readonly finished_at: string | null;
  readonly body?: string;
  readonly attempts?: readonly Attempt[];
}

interface Ports {
  /** With its body and attempts. */
  load(): Promise<Delivery>;
  /** Sends it again. */
  again(): void;
}

const WORDS = { pending: "waiting", delivered: "delivered", dead: "dead" } as const;

export class DeliveryRow {
  readonly root: HTMLElement;
  readonly #ports: Ports;
  readonly #status = h("span", { class: "health" });
  readonly #what = h("span", { class: "said" });
  readonly #when = h("span", { class: "faint" });
  readonly #place = h("div", { class: "delivery" });
  readonly #details: HTMLDetailsElement;
  /** What is shown of it; another one is loaded when it changes. */
  #shown = "";
  #version = "";

  constructor(ports: Ports) {
    this.#ports = ports;
    const summary = h("summary", {}, this.#status, this.#what, this.#when);
    this.#details = h("details", { ontoggle: () => void this.#fill() }, summary, this.#place);
    this.root = h("li", {}, this.#details);
  }

  show(delivery: Delivery): void {
    const { status, attempt_count: count, topic, sequence } = delivery;
    setText(this.#status, WORDS[status]);
    setAttribute(this.#status, "data-kind", kindOf(delivery));
    setText(this.#what, `${shortened(topic)}, sequence ${sequence}`);
    setText(this.#when, `${count ? `${counted(count, "attempt")}, ` : ""}${whenOf(delivery)}`);
    this.#version = `${status} ${count}`;
    void this.#fill();
  }

  async #fill(): Promise<void> {
    if (!this.#details.open || this.#shown === this.#version) return;
    const version = this.#version;
    this.#shown = version;
    try {
      const delivery = await this.#ports.load();
      // A newer one is being loaded.
      if (this.#shown === version) this.#place.replaceChildren(...this.#partsOf(delivery));
    } catch (error) {
      this.#shown = "";
      this.#place.replaceChildren(h("p", { class: "refusal" }, `Not read: ${(error as Error).message}`));
    }
  }

  #partsOf(delivery: Delivery): HTMLElement[] {
    const again = h("button", { type: "button", onclick: () => this.#ports.again() }, "Send again");
    const head = h("div", { class: "row" }, h("h4", {}, "Request"), again);
    const id = h("p", { class: "faint" }, "webhook-id ", h("code", {}, delivery.message_id));
    const attempts = delivery.attempts ?? [];
    return [
      head,
      id,
      block("What is sent", pretty(delivery.body ?? "")),
      h("h4", {}, attempts.length ? counted(attempts.length, "attempt") : "Not tried yet"),
      h("ol", { class: "attempts" }, ...attempts.map(attemptOf)),
    ];
  }
}

function attemptOf({ at, status, duration_ms: ms, error, reply }: Attempt): HTMLElement {
  const isTaken = status !== null && status >= 200 && status < 300;
  return h(
    "li",
    {},
    h(
      "p",
      {},
      h("time", { dateTime: at }, timeOf(Date.parse(at))),
      " ",
      h(
        "span",
        { class: "health", "data-kind": isTaken ? "well" : "failing" },
        status ? `answered ${status}` : "no answer",
      ),
      h(
        "span",
        { class: "faint" },
        ` ${ms === null ? "" : `after ${Math.round(ms)} ms`}${error ? `: ${error}` : ""}`,
      ),
    ),
    reply ? block("Reply", reply) : null,
  );
}

const block = (label: string, text: string): HTMLElement =>
  h("pre", { tabIndex: 0, role: "region", "aria-label": label }, text);

const kindOf = ({ status, attempt_count: count }: Delivery): string =>
  status === "delivered" ? "well" : status === "dead" || count ? "failing" : "still";

function whenOf({ status, finished_at, next_attempt_at, attempt_count }: Delivery): string {
  if (status !== "pending") return ago(Date.parse(finished_at ?? ""));
  const seconds = Math.round((Date.parse(next_attempt_at) - Date.now()) / 1000);
  // Nothing overtakes on a topic.
  if (!attempt_count) return "waits its turn";
  if (seconds <= 0) return "on its way";
  return `again in ${seconds < 120 ? `${seconds} s` : seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`}`;
}

/** "project:01a2007c…" */
const shortened = (topic: string): string => topic.replace(/(:[0-9a-f]{8})-[0-9a-f-]{27}$/, "$1…");

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
