/** System: how it does now and did in the last hour, and what is delivered elsewhere. It asks only while it is looked at. */
import { h } from "../dom.js";
import type { Session, View } from "../session.js";
import { Hour } from "./hour.js";
import { Now } from "./now.js";
import { Webhooks } from "./webhooks.js";

/** A page of the view: its parts, side by side where there is room. */
interface Page {
  readonly parts: readonly HTMLElement[];
  close(): void;
}

const PAGES: readonly (readonly [path: string, name: string, open: (session: Session) => Page])[] = [
  ["", "Now", (session) => new Now(session)],
  ["hour", "Last hour", (session) => new Hour(session)],
  ["webhooks", "Webhooks", (session) => new Webhooks(session)],
];

export function openSystem(session: Session, which = ""): View {
  const [path, name, open] = PAGES.find(([found]) => found === which) ?? (PAGES[0] as (typeof PAGES)[number]);
  const page = open(session);
  const links = PAGES.map(([to, word]) =>
    h("a", { href: to ? `#/system/${to}` : "#/system", "aria-current": to === path && "page" }, word),
  );
  const head = h(
    "div",
    { class: "system-head" },
    h("h1", {}, "System"),
    h("nav", { class: "pages", "aria-label": "Pages of the system" }, ...links),
  );
  return {
    title: path ? `${name} · System` : "System",
    root: h("div", { class: "system" }, head, ...page.parts),
    close: () => page.close(),
  };
}
