/** Small pictures with their word: who changed something is told by colour, by shape and in words. */
import type { Source } from "@tidegate/client";
import { h, setAttribute, setText } from "./dom.js";
import { type Hand, nameOf, WORD } from "./words.js";

const PATHS: Readonly<Record<Source, string>> = {
  user: "M8 8.200a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.500 14c.300-3 2.500-4.500 5.500-4.500s5.200 1.500 5.500 4.500z",
  "mcp-ai": "M8 1l1.700 4.700L14.500 8l-4.800 2.300L8 15l-1.700-4.700L1.500 8l4.800-2.300z",
  system:
    "M6.800 1h2.400l.4 2 1.500.9 2-.7 1.200 2.100-1.500 1.400v1.700l1.500 1.400-1.200 2.100-2-.7-1.500.9-.4 2H6.800l-.4-2-1.500-.9-2 .7-1.200-2.100 1.500-1.400V6.700L1.700 5.300l1.200-2.100 2 .7L6.400 3zM8 10.300a2.300 2.300 0 1 0 0-4.600 2.300 2.300 0 0 0 0 4.600z",
};
const SVG = "http://www.w3.org/2000/svg";

/** A mark that can change hands. */
export class Mark {
  readonly root = h("span", { class: "mark" });
  readonly #path = document.createElementNS(SVG, "path");
  readonly #word = h("span", { class: "mark-word" });
  readonly #name = h("span", { class: "mark-name" });

  constructor(hand?: Hand) {
    const picture = document.createElementNS(SVG, "svg");
    picture.setAttribute("viewBox", "0 0 16 16");
    picture.setAttribute("aria-hidden", "true");
    this.#path.setAttribute("fill-rule", "evenodd");
    picture.append(this.#path);
    this.root.append(picture, this.#word, " ", this.#name);
    this.root.hidden = true;
    if (hand) this.show(hand);
  }

  show(hand: Hand): void {
    this.root.hidden = false;
    setAttribute(this.root, "data-source", hand.source);
    setAttribute(this.#path, "d", PATHS[hand.source]);
    setText(this.#word, WORD[hand.source]);
    setText(this.#name, hand.actor ? nameOf(hand).replace(/^agent-/, "") : "");
  }
}
