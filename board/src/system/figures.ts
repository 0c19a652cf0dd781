/** Figures with their names, side by side. */
import { h, setAttribute, setText } from "../dom.js";

export class Figures {
  readonly root = h("dl", { class: "facts" });
  readonly #values = new Map<string, HTMLElement>();

  /** A figure; `isBad`: somebody should look. */
  show(name: string, value: string, isBad = false): void {
    const figure = this.#values.get(name) ?? this.#add(name);
    setText(figure, value);
    setAttribute(figure, "data-bad", isBad ? "" : null);
  }

  #add(name: string): HTMLElement {
    const figure = h("dd");
    this.#values.set(name, figure);
    this.root.append(h("div", {}, h("dt", {}, name), figure));
    return figure;
  }
}
