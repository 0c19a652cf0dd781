/** The feed: what just happened and what it moved upstream, newest first. */
import { h, setText } from "../dom.js";
import { calmly } from "../frame.js";
import { Mark } from "../marks.js";
import type { Session } from "../session.js";
import { type Telling, timeOf } from "../words.js";

/** Lines that are shown. */
const SHOWN = 60;
/** Between two renderings, in milliseconds: a reader's eye is no faster. */
const PAUSE_MS = 150;

export class Feed {
  readonly root: HTMLElement;
  readonly #list = h("ol", { class: "feed-list" });
  readonly #empty = h("p", { class: "empty" });
  readonly #toggle: HTMLButtonElement;
  readonly #session: Session;
  readonly #stop: () => void;
  readonly #render = calmly(() => this.#show(), PAUSE_MS);
  #shown: number;
  #isPaused = false;

  constructor(session: Session) {
    this.#session = session;
    this.#toggle = h("button", { type: "button", class: "quiet", onclick: () => this.#pause() }, "Pause");
    const head = h(
      "div",
      { class: "row" },
      h("h2", { id: "feed-title" }, "What just happened"),
      this.#toggle,
    );
    this.root = h(
      "aside",
      { class: "feed panel", "aria-labelledby": "feed-title" },
      head,
      this.#empty,
      this.#list,
    );
    this.#empty.append("Nothing yet. Change a task, here or by SQL, and it shows within milliseconds.");
    this.#shown = Math.max(0, session.news.items.count - SHOWN);
    this.#stop = session.news.listen(this.#render);
    this.#show();
  }

  close(): void {
    this.#stop();
  }

  #pause(): void {
    this.#isPaused = !this.#isPaused;
    this.#toggle.setAttribute("aria-pressed", String(this.#isPaused));
    this.#show();
  }

  #show(): void {
    const { items } = this.#session.news;
    const waiting = items.count - this.#shown;
    setText(this.#toggle, this.#isPaused ? `Resume (${waiting} new)` : "Pause");
    this.#empty.hidden = items.count > 0;
    if (this.#isPaused || waiting === 0) return;
    const fresh: Telling[] = [];
    for (const telling of items.newest()) {
      if (fresh.length === Math.min(waiting, SHOWN)) break;
      fresh.push(telling);
    }
    this.#shown = items.count;
    this.#list.prepend(...fresh.map(line));
    while (this.#list.childElementCount > SHOWN) this.#list.lastElementChild?.remove();
  }
}

function line(telling: Telling): HTMLElement {
  const { at, entity, name, what, upstream, branchId, action } = telling;
  const thing =
    branchId && action !== "delete" ? h("a", { href: `#/work/${branchId}` }, name) : h("span", {}, name);
  return h(
    "li",
    { class: "news", "data-source": telling.source },
    h("div", { class: "news-head" }, new Mark(telling).root, h("time", { dateTime: iso(at) }, timeOf(at))),
    h("p", {}, `${entity} `, thing, ` ${what}`),
    upstream.length > 0 && h("p", { class: "upstream" }, `↳ ${upstream.join("  ·  ")}`),
  );
}

const iso = (at: number): string => new Date(at).toISOString();
