/** One branch as a living card. */
import type { BranchSummary } from "@tidegate/client";
import { h, setText } from "../dom.js";
import { Mark } from "../marks.js";
import { light } from "../motion.js";
import { ago } from "../words.js";
import type { LastHand } from "./news.js";
import { Totals } from "./totals.js";

export class Card {
  readonly root: HTMLLIElement;
  readonly #name = h("a");
  readonly #done = h("span", { class: "done" });
  readonly #totals = new Totals();
  readonly #mark = new Mark();
  readonly #when = h("time");
  #activity = 0;

  constructor(readonly id: string) {
    this.#name.href = `#/work/${id}`;
    this.root = h(
      "li",
      { class: "card", "data-branch": id },
      h("div", { class: "row" }, h("h3", {}, this.#name), this.#totals.share),
      this.#totals.bar,
      this.#totals.statuses,
      this.#totals.priorities,
      h(
        "div",
        { class: "row card-foot" },
        this.#mark.root,
        h("span", { class: "when" }, this.#done, this.#when),
      ),
    );
  }

  show(branch: BranchSummary, last: LastHand | undefined, isNews: boolean): void {
    setText(this.#name, branch.name);
    setText(this.#done, `${branch.completed_tasks}/${branch.total_tasks} · `);
    this.#totals.show(branch);
    this.#activity = Math.max(Date.parse(branch.last_activity), last?.at ?? 0);
    if (last) this.#mark.show(last);
    if (last && isNews) light(this.root, last.source);
    this.tick();
  }

  /** Time goes by. */
  tick(now = Date.now()): void {
    setText(this.#when, ago(this.#activity, now));
  }
}
