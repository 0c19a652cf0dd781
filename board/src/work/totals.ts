/** A bar and figures for a branch's or project's totals. */
import type { BranchSummary, ProjectSummary } from "@tidegate/client";
import { h, setAttribute, setText } from "../dom.js";

type Summary = BranchSummary | ProjectSummary;

const STATUSES = [
  ["done", "completed_tasks", "done"],
  ["in_progress", "in_progress_tasks", "in progress"],
  ["todo", "todo_tasks", "to do"],
  ["blocked", "blocked_tasks", "blocked"],
  ["cancelled", "cancelled_tasks", "cancelled"],
] as const;
const PRIORITIES = ["urgent", "high", "medium", "low"] as const;

/** A figure with its label; nought is faint. */
class Figure {
  readonly root: HTMLElement;
  readonly #value = h("b");
  #shown = Number.NaN;

  constructor(kind: string, label: string) {
    this.root = h("li", { "data-kind": kind }, this.#value, ` ${label}`);
  }

  show(value: number): void {
    if (value === this.#shown) return;
    this.#shown = value;
    setText(this.#value, String(value));
    this.root.classList.toggle("nought", value === 0);
  }
}

export class Totals {
  readonly bar = h("div", { class: "bar", role: "img" });
  readonly share = h("span", { class: "share" });
  readonly statuses = h("ul", { class: "figures", "aria-label": "Tasks by status" });
  readonly priorities = h("ul", { class: "figures priorities", "aria-label": "Tasks by priority" });
  readonly #parts = STATUSES.map(([kind]) => h("i", { "data-kind": kind }));
  readonly #statuses = STATUSES.map(([kind, , label]) => new Figure(kind, label));
  readonly #priorities = PRIORITIES.map((kind) => new Figure(kind, kind));

  constructor() {
    this.bar.append(...this.#parts);
    this.statuses.append(...this.#statuses.map(({ root }) => root));
    this.priorities.append(...this.#priorities.map(({ root }) => root));
  }

  show(summary: Summary): void {
    const { completed_tasks, total_tasks, avg_progress, priority_breakdown } = summary;
    STATUSES.forEach(([, field], at) => {
      const count = summary[field] ?? 0;
      const part = this.#parts[at] as HTMLElement;
      if (part.style.flexGrow !== String(count)) part.style.flexGrow = String(count);
      this.#statuses[at]?.show(count);
    });
    PRIORITIES.forEach((kind, at) => {
      this.#priorities[at]?.show(priority_breakdown?.[kind] ?? 0);
    });
    const average = avg_progress === null ? "no tasks" : `${Math.round(avg_progress)} %`;
    setText(this.share, average);
    setAttribute(
      this.bar,
      "aria-label",
      `${completed_tasks} of ${total_tasks} tasks done, on average ${average}`,
    );
  }
}
