/** The feed: what just happened and what it moved upstream, newest first. */
import type { EventMessage } from "@tidegate/client";
import { h, setText } from "../dom.js";
import { calmly } from "../frame.js";
import { Mark } from "../marks.js";
import type { Session } from "../session.js";
import { type Telling, tellingsOf, timeOf, upstreamOf } from "../words.js";

/** Lines that are shown. */
const SHOWN = 60;
/** Things that are listed of one message. */
const LISTED = 2;
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
    this.#shown = Math.max(0, session.news.messages.count - SHOWN);
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
    const { messages } = this.#session.news;
    const waiting = messages.count - this.#shown;
    setText(this.#toggle, this.#isPaused ? `Resume (${waiting} new)` : "Pause");
    this.#empty.hidden = messages.count > 0;
    if (this.#isPaused || waiting === 0) return;
    const fresh: EventMessage[] = [];
    for (const message of messages.newest()) {
      if (fresh.length === Math.min(waiting, SHOWN)) break;
      fresh.push(message);
    }
    this.#shown = messages.count;
    this.#list.prepend(...fresh.map(line));
    while (this.#list.childElementCount > SHOWN) this.#list.lastElementChild?.remove();
  }
}

/** One message: what it told, the biggest things first, and what all of it moved. */
function line(message: EventMessage): HTMLElement {
  const told = tellingsOf(message);
  const [first] = told;
  if (!first) return h("li");
  const sorted = told.toSorted((a, b) => rank(a) - rank(b));
  const upstream = upstreamOf(message);
  const more = told.length - LISTED;
  return h(
    "li",
    { class: "news", "data-source": first.source },
    h(
      "div",
      { class: "news-head" },
      new Mark(first).root,
      h("time", { dateTime: new Date(first.at).toISOString() }, timeOf(first.at)),
    ),
    ...sorted.slice(0, LISTED).map(sentence),
    more > 0 && h("p", { class: "faint" }, `and ${more} more`),
    upstream.length > 0 && h("p", { class: "upstream" }, `↳ ${upstream.join("  ·  ")}`),
  );
}

function sentence({ entity, name, what, branchId, action }: Telling): HTMLElement {
  const isThere = branchId && action !== "delete";
  const thing = isThere ? h("a", { href: `#/work/${branchId}` }, name) : h("span", {}, name);
  return h("p", {}, `${entity} `, thing, ` ${what}`);
}

const RANKS = ["project", "branch", "task"];
const rank = ({ entity }: Telling): number => {
  const at = RANKS.indexOf(entity);
  return at < 0 ? RANKS.length : at;
};
