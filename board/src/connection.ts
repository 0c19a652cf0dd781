/** How the connection stands: a word in the header and, when something is wrong, what it means and what to do. */
import type { Client, ConnectionState } from "@tidegate/client";
import { h, setAttribute, setText } from "./dom.js";
import { timeOf } from "./words.js";

const WORDS: Readonly<Record<ConnectionState["status"], string>> = {
  connecting: "Connecting",
  "catching-up": "Catching up",
  live: "Live",
  polling: "Polling",
  paused: "Paused",
  closed: "Closed",
};

/** Shows it until it is stopped. `refused`: the connection is closed for good. */
export function showConnection(client: Client, refused: (reason: string) => void): () => void {
  const [place, notice] = ["connection", "notice"].map(
    (id) => document.getElementById(id) as HTMLElement,
  ) as [HTMLElement, HTMLElement];
  let lastLive = 0;
  const show = (state: ConnectionState): void => {
    if (state.status === "live") lastLive = Date.now();
    setAttribute(place, "data-status", state.status);
    setText(place, WORDS[state.status]);
    const text = troubleOf(state, lastLive);
    if (notice.dataset.text !== text) {
      notice.dataset.text = text;
      notice.replaceChildren(...(text ? [h("p", {}, text, " ", tryNow(client, state))] : []));
    }
    if (state.status === "closed" && state.reason) refused(`${state.reason.reason} (${state.reason.code})`);
  };
  const stop = client.on("state", show);
  show(client.state);
  return () => {
    stop();
    setText(place, "");
    place.removeAttribute("data-status");
    notice.dataset.text = "";
    notice.replaceChildren();
  };
}

function troubleOf(state: ConnectionState, lastLive: number): string {
  const known = lastLive ? `What you see is as of ${timeOf(lastLive)}.` : "";
  if (state.status === "connecting" && state.failures > 0) {
    return `The service does not answer. ${known} It is tried again by itself, and nothing will be missing.`;
  }
  if (state.status === "polling")
    return "The socket failed: changes are fetched instead, a little later than they happen.";
  if (state.status === "paused" && state.reason === "offline") return `There is no network. ${known}`;
  return "";
}

const tryNow = (client: Client, state: ConnectionState): HTMLElement | null =>
  state.status === "paused"
    ? null
    : h("button", { type: "button", class: "quiet", onclick: () => client.resume() }, "Try now");
