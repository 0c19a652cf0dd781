/** Messages as they come: found, paused, looked at one by one, taken along. */
import { h, setText } from "../dom.js";
import { calmly } from "../frame.js";
import { Mark } from "../marks.js";
import type { Session } from "../session.js";
import { VirtualList } from "../virtual-list.js";
import { timeOf } from "../words.js";
import { type Entry, KEPT } from "./recorder.js";

const PAUSE_MS = 250;
/** On a narrow page a row has two lines. */
const narrow = matchMedia("(max-width: 45rem)");
const rowHeight = (): number => (narrow.matches ? 56 : 34);

/** Entries by their numbers: from the first to before the second. */
export type Range = readonly [first: number, end: number];

export class Inspector {
  readonly root: HTMLElement;
  readonly #session: Session;
  readonly #count = h("p", { class: "faint", role: "status" });
  readonly #filter = h("input", { type: "search", placeholder: "Words, a topic, an id, a source" });
  readonly #toggle = h("button", { type: "button" }, "Pause");
  readonly #missed = h("button", { type: "button", class: "chip", "aria-label": "Show all messages again" });
  readonly #detail = h("div", { class: "detail", role: "region", "aria-label": "The message" });
  readonly #list: VirtualList<Entry>;
  readonly #stop: () => void;
  readonly render = calmly(() => this.#show(), PAUSE_MS);
  #paused: { readonly entries: readonly Entry[]; readonly count: number } | undefined;
  #range: Range | undefined;

  constructor(session: Session, range?: Range) {
    this.#session = session;
    this.#range = range;
    this.#list = new VirtualList<Entry>({
      label: "Messages, newest first",
      height: rowHeight(),
      key: ({ number }) => number,
      make: rowOf,
      choose: (entry) => this.#look(entry),
    });
    this.#filter.addEventListener("input", this.render);
    this.#toggle.addEventListener("click", () => this.#pause());
    this.#missed.addEventListener("click", () => this.#showAll());
    this.#missed.hidden = !range;
    setText(this.#missed, "Missed while away ✕");
    this.#detail.append(h("p", { class: "faint" }, "Choose a message to see it as it came."));
    this.root = h(
      "section",
      { class: "panel", "aria-labelledby": "messages" },
      h("h2", { id: "messages" }, "Messages"),
      this.#tools(),
      this.#count,
      h("div", { class: "inspector" }, this.#list.root, this.#detail),
    );
    this.#stop = session.recorder.listen(this.render);
    this.#show();
  }

  close(): void {
    this.#stop();
    this.#list.close();
  }

  #tools(): HTMLElement {
    const save = h(
      "button",
      { type: "button", class: "quiet", onclick: () => this.#export() },
      "Export NDJSON",
    );
    return h(
      "div",
      { class: "tools" },
      h("label", {}, "Filter", this.#filter),
      this.#toggle,
      this.#missed,
      save,
    );
  }

  #pause(): void {
    const { entries } = this.#session.recorder;
    this.#paused = this.#paused ? undefined : { entries: [...entries.newest()], count: entries.count };
    setText(this.#toggle, this.#paused ? "Resume" : "Pause");
    this.#toggle.setAttribute("aria-pressed", String(Boolean(this.#paused)));
    this.#show();
  }

  #showAll(): void {
    this.#range = undefined;
    this.#missed.hidden = true;
    this.#filter.focus();
    this.#show();
  }

  #export(): void {
    const blob = new Blob([this.#session.recorder.ndjson()], { type: "application/x-ndjson" });
    const url = URL.createObjectURL(blob);
    const download = `tidegate-${new Date().toISOString().replace(/[:.]/g, "-")}.ndjson`;
    h("a", { href: url, download }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }

  #show(): void {
    const { entries } = this.#session.recorder;
    const words = this.#filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found: Entry[] = [];
    for (const entry of this.#paused?.entries ?? entries.newest()) {
      if (isWithin(entry, this.#range) && matches(entry, words)) found.push(entry);
    }
    this.#list.set(found);
    setText(this.#count, this.#describe(found.length));
  }

  #describe(found: number): string {
    const { entries } = this.#session.recorder;
    if (!entries.size) return "Nothing was heard yet. Change a task, here or by SQL, and it is here.";
    const held = this.#paused ? entries.count - this.#paused.count : 0;
    const waiting = this.#paused
      ? ` Paused; ${held} came since${held > KEPT ? `, of which the last ${KEPT} are kept` : ""}.`
      : "";
    return `${found} shown, ${entries.size} of ${entries.count} kept.${waiting}`;
  }

  #look({ at, sentence, message }: Entry): void {
    const said = h("p", { class: "said" }, sentence());
    const text = message ? JSON.stringify(message, null, 2) : "";
    const copy = h(
      "button",
      { type: "button", class: "quiet", onclick: () => void navigator.clipboard?.writeText(text) },
      "Copy",
    );
    const head = h("div", { class: "row" }, h("time", { class: "faint" }, timeOf(at)), message ? copy : null);
    const json = h("pre", { tabIndex: 0, "aria-label": "The message as JSON" }, text);
    this.#detail.replaceChildren(head, said, ...(message ? [json] : []));
    if (narrow.matches) this.#detail.scrollIntoView({ block: "nearest" });
  }
}

const isWithin = ({ number }: Entry, range: Range | undefined): boolean =>
  !range || (number >= range[0] && number < range[1]);

function matches({ sentence, message }: Entry, words: readonly string[]): boolean {
  if (!words.length) return true;
  const { topic, source, txid, correlationId } = message?.metadata ?? {};
  const text = `${sentence()} ${message?.type ?? ""} ${source ?? ""} ${topic ?? ""} ${txid ?? ""} ${correlationId ?? ""} ${message?.sequence ?? ""}`;
  const heard = text.toLowerCase();
  return words.every((word) => heard.includes(word));
}

function rowOf({ at, sentence, message }: Entry): HTMLElement[] {
  const time = h("time", { dateTime: new Date(at).toISOString() }, timeOf(at));
  if (!message) return [time, h("span", { class: "said faint" }, sentence())];
  const { metadata, type, sequence } = message;
  const mark = new Mark({ source: metadata.source, actor: null }).root;
  const place = h("span", { class: "faint number place" }, `${type} #${sequence}`);
  return [time, mark, h("span", { class: "said" }, sentence()), place];
}
