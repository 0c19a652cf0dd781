/** Stream: the inspector of messages. */
import { arrange, h, setText } from "../dom.js";
import { calmly } from "../frame.js";
import { Mark } from "../marks.js";
import type { Session, View } from "../session.js";
import { timeOf } from "../words.js";
import { type Entry, KEPT } from "./recorder.js";
import { Topics } from "./topics.js";

/** Entries that are shown; more are kept. */
const SHOWN = 100;
const PAUSE_MS = 250;

class Inspector {
  readonly root: HTMLElement;
  readonly #session: Session;
  readonly #list = h("ol", { class: "messages", "aria-label": "Messages, newest first" });
  readonly #count = h("p", { class: "faint", role: "status" });
  readonly #filter = h("input", { type: "search", placeholder: "Words, a topic, an id, a source" });
  readonly #toggle = h("button", { type: "button" }, "Pause");
  readonly #items = new Map<number, HTMLLIElement>();
  readonly #stop: () => void;
  readonly render = calmly(() => this.#show(), PAUSE_MS);
  #paused: { readonly entries: readonly Entry[]; readonly count: number } | undefined;

  constructor(session: Session) {
    this.#session = session;
    this.#filter.addEventListener("input", this.render);
    this.#toggle.addEventListener("click", () => this.#pause());
    const save = h(
      "button",
      { type: "button", class: "quiet", onclick: () => this.#export() },
      "Export NDJSON",
    );
    const tools = h("div", { class: "tools" }, h("label", {}, "Filter", this.#filter), this.#toggle, save);
    this.root = h(
      "section",
      { class: "panel", "aria-labelledby": "messages" },
      h("h2", { id: "messages" }, "Messages"),
      tools,
      this.#count,
      this.#list,
    );
    this.#stop = session.recorder.listen(this.render);
    this.#show();
  }

  close(): void {
    this.#stop();
  }

  #pause(): void {
    const { entries } = this.#session.recorder;
    this.#paused = this.#paused ? undefined : { entries: [...entries.newest()], count: entries.count };
    setText(this.#toggle, this.#paused ? "Resume" : "Pause");
    this.#toggle.setAttribute("aria-pressed", String(Boolean(this.#paused)));
    this.#show();
  }

  #export(): void {
    const blob = new Blob([this.#session.recorder.ndjson()], { type: "application/x-ndjson" });
    const url = URL.createObjectURL(blob);
    h("a", {
      href: url,
      download: `tidegate-${new Date().toISOString().replace(/[:.]/g, "-")}.ndjson`,
    }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }

  #show(): void {
    const { entries } = this.#session.recorder;
    const words = this.#filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found: Entry[] = [];
    let matching = 0;
    for (const entry of this.#paused?.entries ?? entries.newest()) {
      if (!matches(entry, words)) continue;
      matching += 1;
      if (found.length < SHOWN) found.push(entry);
      else if (!words.length) break;
    }
    const items = found.map((entry) => this.#item(entry));
    const kept = new Set(found.map(({ number }) => number));
    for (const number of this.#items.keys()) if (!kept.has(number)) this.#items.delete(number);
    arrange(this.#list, items);
    setText(this.#count, this.#describe(found.length, words.length ? matching : entries.size));
  }

  #describe(shown: number, of: number): string {
    const { entries } = this.#session.recorder;
    if (!entries.size) return "Nothing was heard yet.";
    const held = this.#paused ? entries.count - this.#paused.count : 0;
    const waiting = this.#paused
      ? ` Paused; ${held} came since${held > KEPT ? `, of which the last ${KEPT} are kept` : ""}.`
      : "";
    return `${shown} of ${of} shown, ${entries.size} of ${entries.count} kept.${waiting}`;
  }

  #item(entry: Entry): HTMLLIElement {
    const known = this.#items.get(entry.number);
    if (known) return known;
    const item = itemOf(entry);
    this.#items.set(entry.number, item);
    return item;
  }
}

function matches({ sentence, message }: Entry, words: readonly string[]): boolean {
  if (!words.length) return true;
  const { topic, source, txid, correlationId } = message?.metadata ?? {};
  const text = `${sentence()} ${message?.type ?? ""} ${source ?? ""} ${topic ?? ""} ${txid ?? ""} ${correlationId ?? ""} ${message?.sequence ?? ""}`;
  const heard = text.toLowerCase();
  return words.every((word) => heard.includes(word));
}

function itemOf({ at, sentence, message }: Entry): HTMLLIElement {
  const time = h("time", { dateTime: new Date(at).toISOString() }, timeOf(at));
  if (!message) return h("li", { class: "state" }, time, h("span", {}, sentence()));
  const { metadata, type, sequence } = message;
  const mark = new Mark({ source: metadata.source, actor: null }).root;
  const place = h("span", { class: "faint number" }, `${type} #${sequence}`);
  const details = h(
    "details",
    {},
    h("summary", {}, time, mark, h("span", { class: "said" }, sentence()), place),
  );
  const fill = (): void => {
    details.append(
      h("pre", { tabIndex: 0, "aria-label": "The message as JSON" }, JSON.stringify(message, null, 2)),
    );
  };
  details.addEventListener("toggle", fill, { once: true });
  return h("li", { "data-source": metadata.source }, details);
}

export function openStream(session: Session): View {
  const [topics, inspector] = [new Topics(session), new Inspector(session)];
  return {
    title: "Stream",
    root: h("div", { class: "stream" }, h("h1", {}, "Stream"), topics.root, inspector.root),
    close: () => {
      topics.close();
      inspector.close();
    },
  };
}
