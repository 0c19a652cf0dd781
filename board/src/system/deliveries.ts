/** What was sent to a webhook and what waits, newest first; each opens into its request and every attempt. */
import { arrange, h, setText } from "../dom.js";
import type { Session } from "../session.js";
import { type Delivery, DeliveryRow } from "./delivery-row.js";

/** Deliveries make no events: what is looked at is asked for. */
const ASK_MS = 1000;
const SHOWN = 50;
const FILTERS = { "": "all", pending: "waiting", delivered: "delivered", dead: "dead" } as const;
const NONE: Readonly<Record<string, string>> = {
  "": "Nothing was sent yet. “Send a test” shows what arrives.",
  pending: "Nothing waits.",
  delivered: "Nothing was taken in the last 72 hours.",
  dead: "No dead letters.",
};

export class Deliveries {
  readonly root: HTMLElement;
  readonly #session: Session;
  readonly #path: string;
  readonly #say: (text: string) => void;
  readonly #rows = new Map<string, DeliveryRow>();
  readonly #list = h("ul", { class: "deliveries" });
  readonly #note = h("p", { class: "empty" }, "Asking…");
  readonly #filter = h(
    "select",
    {},
    ...Object.entries(FILTERS).map(([value, text]) => h("option", { value }, text)),
  );
  readonly #clock: ReturnType<typeof setInterval>;
  #isAsking = false;
  /** Something was done while it was asked: the answer may be older. */
  #isStale = false;

  constructor(session: Session, webhook: string, say: (text: string) => void) {
    this.#session = session;
    this.#path = `/api/v1/webhooks/${webhook}/deliveries`;
    this.#say = say;
    this.#filter.addEventListener("change", () => void this.ask());
    const title = h("h3", { id: "deliveries" }, "Deliveries");
    this.root = h(
      "section",
      { "aria-labelledby": "deliveries" },
      h("div", { class: "row" }, title, h("label", {}, "Show", this.#filter)),
      this.#note,
      this.#list,
    );
    this.#clock = setInterval(() => {
      if (!document.hidden) void this.ask();
    }, ASK_MS);
    void this.ask();
  }

  close(): void {
    clearInterval(this.#clock);
  }

  /** One question at a time: an answer never comes after a newer one. */
  async ask(): Promise<void> {
    this.#isStale = true;
    if (this.#isAsking) return;
    this.#isAsking = true;
    while (this.#isStale) {
      this.#isStale = false;
      await this.#askOnce();
    }
    this.#isAsking = false;
  }

  async #askOnce(): Promise<void> {
    const status = this.#filter.value;
    try {
      const query = status ? `&status=${status}` : "";
      const response = await this.#session.request(`${this.#path}?limit=${SHOWN}${query}`);
      const { items } = (await response.json()) as { readonly items: readonly Delivery[] };
      if (!this.#isStale) this.#show(items);
    } catch (error) {
      this.#note.hidden = false;
      setText(this.#note, `Deliveries were not read: ${(error as Error).message}`);
    }
  }

  #show(deliveries: readonly Delivery[]): void {
    const kept = new Set(deliveries.map(({ id }) => id));
    for (const id of this.#rows.keys()) if (!kept.has(id)) this.#rows.delete(id);
    const roots = deliveries.map((delivery) => {
      const row = this.#rows.get(delivery.id) ?? this.#rowOf(delivery.id);
      row.show(delivery);
      return row.root;
    });
    arrange(this.#list, roots);
    this.#list.hidden = !roots.length;
    this.#note.hidden = roots.length > 0;
    setText(this.#note, NONE[this.#filter.value] ?? "");
  }

  #rowOf(id: string): DeliveryRow {
    const load = async (): Promise<Delivery> => (await this.#session.request(`${this.#path}/${id}`)).json();
    const again = (): void => void this.#again(id);
    const row = new DeliveryRow({ load, again });
    this.#rows.set(id, row);
    return row;
  }

  async #again(id: string): Promise<void> {
    try {
      await this.#session.request(`${this.#path}/${id}/redeliver`, "POST");
      this.#say("It is on the way again, with the same id.");
    } catch (error) {
      this.#say(`Not sent again: ${(error as Error).message}`);
    }
    void this.ask();
  }
}
