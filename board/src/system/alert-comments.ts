/** What people said about an alert, asked for when somebody wants to read it, and a line to add to it. */
import { h, setText } from "../dom.js";
import { ago } from "../words.js";

export interface Comment {
  readonly author: string;
  readonly body: string;
  readonly created_at: string;
}

export interface CommentPorts {
  load(): Promise<readonly Comment[]>;
  say(body: string): Promise<void>;
  /** What the reader calls somebody who is known by their id or name. */
  call(somebody: string): string;
}

export class AlertComments {
  readonly root: HTMLDetailsElement;
  readonly #ports: CommentPorts;
  readonly #list = h("ul");
  readonly #field = h("input", { type: "text", required: true, maxLength: 10_000 });
  readonly #note = h("p", { class: "faint", role: "status" });

  constructor(ports: CommentPorts) {
    this.#ports = ports;
    const form = h(
      "form",
      { onsubmit: (event: Event) => this.#say(event) },
      h("label", {}, "Comment", this.#field),
      h("button", { type: "submit" }, "Say"),
    );
    this.root = h(
      "details",
      { class: "comments", ontoggle: () => void this.#ask() },
      h("summary", { class: "faint" }, "Comments"),
      this.#list,
      this.#note,
      form,
    );
  }

  async #ask(): Promise<void> {
    if (!this.root.open) return;
    try {
      const comments = await this.#ports.load();
      this.#list.replaceChildren(...comments.map((comment) => this.#line(comment)));
      setText(this.#note, comments.length ? "" : "Nobody has said anything yet.");
    } catch (error) {
      setText(this.#note, `Comments were not read: ${(error as Error).message}`);
    }
  }

  #line({ author, body, created_at }: Comment): HTMLElement {
    const when = ago(Date.parse(created_at));
    return h("li", {}, h("span", { class: "faint" }, `${this.#ports.call(author)}, ${when}: `), body);
  }

  async #say(event: Event): Promise<void> {
    event.preventDefault();
    try {
      await this.#ports.say(this.#field.value);
      this.#field.value = "";
      await this.#ask();
    } catch (error) {
      setText(this.#note, `Not said: ${(error as Error).message}`);
    }
  }
}
