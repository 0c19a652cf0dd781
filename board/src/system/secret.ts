/** A secret, for as long as it is looked at: it is told once and kept nowhere. */
import { h } from "../dom.js";

export function secretNote(secret: string, why: string, done: () => void): HTMLElement {
  const copy = h("button", { type: "button" }, "Copy");
  copy.hidden = !navigator.clipboard;
  copy.addEventListener("click", () => {
    void navigator.clipboard.writeText(secret).then(
      () => copy.replaceChildren("Copied"),
      () => copy.replaceChildren("Not copied: select it"),
    );
  });
  return h(
    "section",
    { class: "secret", role: "status", "aria-label": "The webhook's secret" },
    h("p", {}, why),
    h("code", { tabIndex: 0 }, secret),
    h(
      "div",
      { class: "tools" },
      copy,
      h("button", { type: "button", class: "quiet", onclick: done }, "I have it"),
    ),
  );
}
