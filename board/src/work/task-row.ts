/**
 * One task, edited in place. An edit shows at once; when the service refuses it, the row goes back by itself and says
 * why. The database decides: nothing is checked here.
 */
import { type Task, TidegateError } from "@tidegate/client";
import { h, setAttribute, setText } from "../dom.js";
import { Mark } from "../marks.js";
import { light } from "../motion.js";
import type { Session } from "../session.js";
import { ruleOf } from "../words.js";
import type { LastHand } from "./news.js";

type Fields = Readonly<Record<string, unknown>>;

const STATUSES = {
  todo: "to do",
  in_progress: "in progress",
  blocked: "blocked",
  done: "done",
  cancelled: "cancelled",
};

export class TaskRow {
  readonly root: HTMLLIElement;
  readonly #title = h("input", { class: "title", type: "text", "aria-label": "Title", autocomplete: "off" });
  readonly #status = h("select", { "aria-label": "Status" });
  readonly #progress = h("input", { type: "number", step: 5, "aria-label": "Progress in percent" });
  readonly #meter = h("i");
  readonly #priority = h("span", { class: "priority" });
  readonly #level = h("span", { class: "hidden" });
  readonly #mark = new Mark();
  readonly #refusal = h("p", { class: "refusal", role: "alert" });
  #task: Task | undefined;
  #seen: LastHand | undefined;
  #pending = 0;

  constructor(
    readonly session: Session,
    readonly id: string,
  ) {
    for (const [value, label] of Object.entries(STATUSES)) this.#status.append(h("option", { value }, label));
    this.#edits(this.#title, () => ({ title: this.#title.value }));
    this.#edits(this.#status, () => ({ status: this.#status.value }));
    this.#edits(this.#progress, () => ({ progress_percentage: Number(this.#progress.value) }));
    const progress = h(
      "span",
      { class: "progress" },
      this.#progress,
      "%",
      h("span", { class: "track" }, this.#meter),
    );
    const line = h(
      "div",
      { class: "task-line" },
      this.#level,
      this.#status,
      this.#title,
      this.#priority,
      progress,
      this.#mark.root,
    );
    this.#refusal.hidden = true;
    this.root = h("li", { class: "task", "data-task": id }, line, this.#refusal);
  }

  show(task: Task, depth: number, last: LastHand | undefined): void {
    this.#task = task;
    const { title, status = "todo", priority = "medium", progress_percentage = 0 } = task;
    this.#put(this.#title, title);
    this.#put(this.#status, status);
    this.#put(this.#progress, String(progress_percentage));
    const width = `${progress_percentage}%`;
    if (this.#meter.style.width !== width) this.#meter.style.width = width;
    setText(this.#priority, priority);
    setAttribute(this.#priority, "data-kind", priority);
    setAttribute(this.root, "data-status", status);
    setText(this.#level, depth ? `level ${depth + 1}` : "");
    this.root.style.setProperty("--depth", String(Math.min(depth, 8)));
    if (!last || last === this.#seen) return;
    if (this.#seen || Date.now() - last.at < 2000) light(this.root, last.source);
    this.#seen = last;
    this.#mark.show(last);
  }

  /** Not under the fingers of who is typing. */
  #put(field: HTMLInputElement | HTMLSelectElement, value: string): void {
    if (field === document.activeElement && field.dataset.typed !== undefined) return;
    if (field.value !== value) field.value = value;
  }

  #edits(field: HTMLInputElement | HTMLSelectElement, fields: () => Fields): void {
    field.addEventListener("input", () => {
      field.dataset.typed = "";
    });
    field.addEventListener("keydown", (event) => {
      const { key } = event as KeyboardEvent;
      if (key === "Enter" && field instanceof HTMLInputElement) field.blur();
      if (key !== "Escape" || !this.#task) return;
      delete field.dataset.typed;
      this.#restore();
    });
    field.addEventListener("change", () => {
      const isTyped = field.dataset.typed !== undefined;
      delete field.dataset.typed;
      if (isTyped) void this.#write(fields());
    });
  }

  #restore(): void {
    if (!this.#task) return;
    this.#title.value = this.#task.title;
    this.#status.value = this.#task.status;
    this.#progress.value = String(this.#task.progress_percentage);
  }

  async #write(fields: Fields): Promise<void> {
    this.#refusal.hidden = true;
    this.#wait(1);
    const effects = [{ kind: "tasks", id: this.id, fields, creates: true }];
    const change = { entity: "task", action: "update", data: { id: this.id, ...fields } } as const;
    try {
      await this.session.client.update(change, { effects });
    } catch (error) {
      this.#refused(error);
    } finally {
      this.#wait(-1);
    }
  }

  #wait(change: 1 | -1): void {
    this.#pending += change;
    this.root.classList.toggle("pending", this.#pending > 0);
    this.root.setAttribute("aria-busy", String(this.#pending > 0));
  }

  #refused(error: unknown): void {
    const { code, reason } =
      error instanceof TidegateError ? error : { code: "failed", reason: String(error) };
    const close = h("button", { type: "button", class: "quiet", onclick: () => this.#forgive() }, "Dismiss");
    const rule = reason === code ? `the rule is: ${ruleOf(code)}` : reason;
    this.#refusal.replaceChildren(h("b", {}, "Not changed: "), rule, " ", h("code", {}, code), close);
    this.#refusal.hidden = false;
  }

  #forgive(): void {
    this.#refusal.hidden = true;
    this.#title.focus();
  }
}
