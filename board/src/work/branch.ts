/** A branch opened into its task tree. */
import { type Task, TidegateError } from "@tidegate/client";
import { arrange, h, setText } from "../dom.js";
import { onFrame } from "../frame.js";
import type { Session } from "../session.js";
import { ruleOf } from "../words.js";
import { TaskList } from "./task-list.js";
import { TaskRow } from "./task-row.js";
import { Totals } from "./totals.js";

export class BranchPanel {
  readonly root: HTMLElement;
  readonly #session: Session;
  readonly #id: string;
  readonly #list: TaskList;
  readonly #rows = new Map<string, TaskRow>();
  readonly #totals = new Totals();
  readonly #name = h("h2");
  readonly #project = h("span");
  readonly #note = h("p", { class: "note", role: "status" });
  readonly #tasks = h("ol", { class: "tasks", "aria-label": "Tasks" });
  readonly #stops: (() => void)[];
  readonly #render = (): void => this.#show();

  constructor(session: Session, id: string) {
    this.#session = session;
    this.#id = id;
    this.#list = new TaskList(session, id, () => onFrame(this.#render));
    const back = h("a", { href: "#/work" }, "All work");
    const path = h("nav", { class: "crumbs", "aria-label": "Where this is" }, back, " / ", this.#project);
    const head = h("div", { class: "row" }, this.#name, this.#totals.share);
    const figures = [this.#totals.bar, this.#totals.statuses, this.#totals.priorities];
    this.root = h(
      "section",
      { class: "branch panel" },
      path,
      head,
      ...figures,
      this.#newTask(),
      this.#note,
      this.#tasks,
    );
    this.#stops = [
      session.client.store.listen(({ changes }) => {
        if (changes.some((change) => change.id === id)) onFrame(this.#render);
      }),
    ];
    this.#show();
    void this.#list.load();
  }

  close(): void {
    this.#list.close();
    for (const stop of this.#stops) stop();
  }

  #newTask(): HTMLElement {
    const title = h("input", {
      type: "text",
      "aria-label": "Title of a new task",
      placeholder: "A new task",
    });
    const refusal = h("p", { class: "refusal", role: "alert" });
    refusal.hidden = true;
    const submit = async (event: Event): Promise<void> => {
      event.preventDefault();
      const data = { git_branch_id: this.#id, title: title.value };
      const typed = title.value;
      title.value = "";
      refusal.hidden = true;
      await this.#session.client
        .update({ entity: "task", action: "create", data })
        .catch((error: unknown) => {
          const { code, reason } =
            error instanceof TidegateError ? error : { code: "failed", reason: String(error) };
          title.value = typed;
          refusal.replaceChildren(
            h("b", {}, "Not added: "),
            reason === code ? ruleOf(code) : reason,
            " ",
            h("code", {}, code),
          );
          refusal.hidden = false;
        });
    };
    return h(
      "form",
      { class: "new-task", onsubmit: submit },
      title,
      h("button", { type: "submit" }, "Add"),
      refusal,
    );
  }

  #show(): void {
    const { store } = this.#session.client;
    const branch = store.get("branches", this.#id);
    setText(this.#name, branch?.name ?? "A branch that is not there");
    setText(this.#project, (branch && store.get("projects", branch.project_id)?.name) ?? "…");
    if (branch && typeof branch.total_tasks === "number") this.#totals.show(branch);
    const shown: TaskRow[] = [];
    for (const [task, depth] of this.#list.tree()) shown.push(this.#row(task, depth));
    const kept = new Set(shown);
    for (const [id, row] of this.#rows) if (!kept.has(row)) this.#rows.delete(id);
    arrange(
      this.#tasks,
      shown.map(({ root }) => root),
    );
    this.#explain(shown.length, Boolean(branch));
  }

  #row(task: Task, depth: number): TaskRow {
    const row = this.#rows.get(task.id) ?? new TaskRow(this.#session, task.id);
    this.#rows.set(task.id, row);
    row.show(task, depth, this.#session.news.lastOf(task.id));
    return row;
  }

  #explain(count: number, isThere: boolean): void {
    const { reading } = this.#list;
    const texts = {
      loading: "Reading its tasks…",
      whole: count || !isThere ? "" : "No tasks yet. Add the first one above.",
      cut: "There are more tasks than are shown here.",
      "stream-only": isThere
        ? "This service has no REST: shown are the tasks that changed since the page was opened."
        : "It was deleted, or you may not see it.",
      failed: reading.status === "failed" ? `Its tasks could not be read: ${reading.reason}` : "",
    };
    setText(this.#note, texts[reading.status]);
  }
}
