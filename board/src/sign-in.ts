/** The first thing that somebody without a credential sees. */
import { h } from "./dom.js";

/** A form that hands over what was typed. `reason`: why the last credential did not do. */
export function signIn(reason: string | undefined, done: (token: string) => void): HTMLElement {
  const field = h("input", {
    type: "password",
    id: "token",
    name: "token",
    required: true,
    autocomplete: "off",
    spellcheck: false,
  });
  const submit = (event: Event): void => {
    event.preventDefault();
    const token = field.value.trim();
    if (token) done(token);
  };
  const form = h(
    "form",
    { onsubmit: submit },
    h("label", { htmlFor: "token" }, "Token or API key"),
    h("div", { class: "row" }, field, h("button", { type: "submit" }, "Watch")),
  );
  return h(
    "section",
    { class: "sign-in panel", "aria-labelledby": "sign-in" },
    h("h1", { id: "sign-in" }, "Watch a database live"),
    h(
      "p",
      {},
      "Whoever writes a row, in whatever way, you see it here a moment later, with everything it moved upstream.",
    ),
    reason ? h("p", { class: "refusal", role: "alert" }, reason) : null,
    form,
    h(
      "p",
      { class: "faint" },
      "The playground prints an address that has one: ",
      h("code", {}, "tidegate dev"),
      ". Elsewhere: ",
      h("code", {}, "tidegate token --user HANDLE"),
      ". It stays in this tab.",
    ),
  );
}
