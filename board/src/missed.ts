/** "While you were away": what was missed, in a few lines above every view. */
import type { Client } from "@tidegate/client";
import type { Missed, Moved } from "./absence.js";
import { h } from "./dom.js";
import type { Session } from "./session.js";
import { timeOf, WORD } from "./words.js";

/** Branches that are named. */
const NAMED = 4;
const SOURCES = ["user", "mcp-ai", "system"] as const;

/** Shows it until it is stopped. */
export function showMissed(session: Session): () => void {
  const { absence } = session;
  const place = document.getElementById("missed") as HTMLElement;
  const show = (): void => {
    place.replaceChildren(...(absence.missed ? [panelOf(absence.missed, session)] : []));
  };
  const stop = absence.listen(show);
  return () => {
    stop();
    place.replaceChildren();
  };
}

function panelOf(missed: Missed, { absence, client }: Session): HTMLElement {
  const dismiss = h(
    "button",
    { type: "button", class: "quiet", onclick: () => absence.dismiss() },
    "Dismiss",
  );
  const title = h("h2", {}, `While you were away, ${timeOf(missed.from)} to ${timeOf(missed.until)}`);
  const all = missed.messages ? h("a", { href: "#/stream/missed" }, "Show all of it in the stream") : null;
  const more = missed.moved.length - NAMED;
  return h(
    "section",
    { class: "missed panel", "aria-label": "While you were away" },
    h("div", { class: "row" }, title, dismiss),
    h("p", {}, summaryOf(missed)),
    h(
      "ul",
      {},
      ...missed.moved.slice(0, NAMED).map((moved) => lineOf(moved, client)),
      more > 0 && h("li", { class: "faint" }, `and ${more} more branches`),
    ),
    all,
  );
}

function summaryOf({ messages, rows, isSkipped }: Missed): string {
  const said = SOURCES.filter((source) => rows[source]).map(
    (source) => `${rows[source]} by ${source === "user" ? "people" : WORD[source]}`,
  );
  const told = messages ? `${said.join(", ")}: nothing of it is missing here.` : "";
  const skipped = "It was too much to be told one by one, so everything was read anew.";
  if (isSkipped) return `${told && `Changes: ${told} `}${skipped}`;
  return told ? `Changes: ${told}` : "Some totals are not what they were.";
}

function lineOf({ id, before, after }: Moved, { store }: Client): HTMLElement {
  if (!after) return h("li", {}, before?.name ?? id, " is gone");
  const name = h("a", { href: `#/work/${id}` }, after.name);
  // Branches of several projects may be called the same.
  const project = h("span", { class: "faint" }, ` ${store.get("projects", after.project_id)?.name ?? ""} `);
  return h("li", {}, name, project, before ? changed(before, after) : "is new");
}

function changed(before: NonNullable<Moved["before"]>, after: NonNullable<Moved["after"]>): string {
  const parts = (
    [
      ["completed_tasks", "done"],
      ["blocked_tasks", "blocked"],
      ["total_tasks", "tasks"],
    ] as const
  ).flatMap(([field, word]) =>
    before[field] === after[field] ? [] : `${before[field]} → ${after[field]} ${word}`,
  );
  const [from, to] = [before, after].map(({ avg_progress }) => Math.round(avg_progress ?? 0));
  return parts.join(", ") || (from === to ? "a little" : `${from} → ${to} %`);
}
