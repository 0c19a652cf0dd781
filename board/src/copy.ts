/** A button that copies a text, where the browser lets a page do that; it says what came of it. */
import { h } from "./dom.js";

export function copyButton(text: string, style = ""): HTMLButtonElement {
  const button = h("button", { type: "button", class: style }, "Copy");
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", () => {
    void navigator.clipboard.writeText(text).then(
      () => button.replaceChildren("Copied"),
      () => button.replaceChildren("Not copied: select it"),
    );
  });
  return button;
}
