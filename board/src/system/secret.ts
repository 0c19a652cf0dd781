/** A secret, for as long as it is looked at: it is told once and kept nowhere. */
import { copyButton } from "../copy.js";
import { h } from "../dom.js";

export function secretNote(secret: string, why: string, done: () => void): HTMLElement {
  return h(
    "section",
    { class: "secret", role: "status", "aria-label": "The webhook's secret" },
    h("p", {}, why),
    h("code", { tabIndex: 0 }, secret),
    h(
      "div",
      { class: "tools" },
      copyButton(secret),
      h("button", { type: "button", class: "quiet", onclick: done }, "I have it"),
    ),
  );
}
