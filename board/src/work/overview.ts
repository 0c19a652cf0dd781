/**
 * Projects with their branches as cards. Only cards whose branch changed are touched, a few times a second at most; those out of
 * sight cost no layout (`content-visibility`).
 */
import type { BranchSummary, ChangeSet, ProjectSummary } from "@tidegate/client";
import { arrange, h, setText } from "../dom.js";
import { calmly, onFrame } from "../frame.js";
import type { Session } from "../session.js";
import { Card } from "./card.js";
import { Totals } from "./totals.js";

/** Between two renderings, in milliseconds: the first change after a pause shows with the next frame. */
const PAUSE_MS = 80;

/** Cards that are drawn in one frame. */
const AT_ONCE = 120;

type Order = "name" | "activity" | "blocked";

const byName = new Intl.Collator(undefined, { numeric: true }).compare;
const ORDERS: Readonly<Record<Order, (a: BranchSummary, b: BranchSummary) => number>> = {
  name: (a, b) => byName(a.name, b.name),
  activity: (a, b) => Date.parse(b.last_activity) - Date.parse(a.last_activity),
  blocked: (a, b) => b.blocked_tasks - a.blocked_tasks || byName(a.name, b.name),
};

interface Section {
  readonly root: HTMLElement;
  readonly name: HTMLElement;
  readonly figures: HTMLElement;
  readonly totals: Totals;
  readonly cards: HTMLElement;
}

export class Overview {
  readonly root: HTMLElement;
  readonly #session: Session;
  readonly #sections = new Map<string, Section>();
  readonly #cards = new Map<string, Card>();
  readonly #dirty = { branches: new Set<string>(), projects: new Set<string>() };
  readonly #place = h("div", { class: "sections" });
  readonly #empty = h("div", { class: "empty panel" });
  readonly #stops: (() => void)[];
  #order: Order = "name";
  #filter = "";
  #mustArrange = true;
  readonly #goOn = (): void => this.#show(false);
  readonly #render = calmly(() => this.#show(), PAUSE_MS);

  constructor(session: Session) {
    this.#session = session;
    const { store } = session.client;
    this.root = h(
      "section",
      { class: "overview", "aria-label": "Projects" },
      this.#tools(),
      this.#empty,
      this.#place,
    );
    for (const id of store.all("projects").keys()) this.#dirty.projects.add(id);
    for (const id of store.all("branches").keys()) this.#dirty.branches.add(id);
    const clock = setInterval(() => this.#tick(), 5000);
    this.#stops = [
      store.listen((set) => this.#hear(set)),
      session.client.on("state", this.#render),
      () => clearInterval(clock),
    ];
    this.#show(false);
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#dirty.branches.clear();
  }

  #tools(): HTMLElement {
    const filter = h("input", {
      type: "search",
      placeholder: "Name of a branch or project",
      oninput: () => this.#narrow(filter.value),
    });
    const order = h("select", { onchange: () => this.#sort(order.value as Order) });
    order.append(
      h("option", { value: "name" }, "by name"),
      h("option", { value: "activity" }, "latest activity first"),
      h("option", { value: "blocked" }, "most blocked first"),
    );
    return h("div", { class: "tools" }, h("label", {}, "Find", filter), h("label", {}, "Order", order));
  }

  #narrow(text: string): void {
    this.#filter = text.trim().toLowerCase();
    this.#mustArrange = true;
    this.#render();
  }

  #sort(order: Order): void {
    this.#order = order;
    this.#mustArrange = true;
    this.#render();
  }

  #hear({ changes }: ChangeSet): void {
    for (const { kind, id, before, after } of changes) {
      if (kind !== "branches" && kind !== "projects") continue;
      this.#dirty[kind].add(id);
      const isMoved = before?.project_id !== after?.project_id || before?.name !== after?.name;
      this.#mustArrange ||= !before || !after || isMoved || before.archived !== after.archived;
    }
    if (this.#dirty.branches.size || this.#dirty.projects.size) this.#render();
  }

  #show(isNews = true): void {
    const { client, news } = this.#session;
    for (const id of this.#dirty.projects) this.#showProject(id, client.store.get("projects", id));
    this.#dirty.projects.clear();
    for (const id of this.#next()) {
      const branch = client.store.get("branches", id);
      if (!branch || typeof branch.total_tasks !== "number") this.#cards.delete(id);
      else this.#card(id).show(branch, news.lastOf(id), isNews);
      this.#dirty.branches.delete(id);
    }
    if (this.#mustArrange) this.#arrange();
    if (this.#dirty.branches.size) {
      this.#mustArrange = true;
      onFrame(this.#goOn);
    }
    this.#showEmpty();
  }

  /** Branches to draw now: many are drawn over several frames, those at the top of the page first. */
  #next(): string[] {
    const ids = [...this.#dirty.branches];
    if (ids.length <= AT_ONCE) return ids;
    const { store } = this.#session.client;
    const places = ids.map((id) => {
      const branch = store.get("branches", id);
      return { id, branch, project: (branch && store.get("projects", branch.project_id)?.name) ?? "" };
    });
    places.sort(
      (a, b) =>
        byName(a.project, b.project) || (a.branch && b.branch ? ORDERS[this.#order](a.branch, b.branch) : 0),
    );
    return places.slice(0, AT_ONCE).map(({ id }) => id);
  }

  #card(id: string): Card {
    const card = this.#cards.get(id) ?? new Card(id);
    this.#cards.set(id, card);
    return card;
  }

  #showProject(id: string, project: ProjectSummary | undefined): void {
    if (!project || typeof project.total_tasks !== "number") {
      this.#sections.delete(id);
      return;
    }
    const section = this.#sections.get(id) ?? this.#makeSection(id);
    setText(section.name, project.name);
    const { completed_tasks, total_tasks, total_branches, blocked_tasks } = project;
    const blocked = blocked_tasks ? ` · ${blocked_tasks} blocked` : "";
    setText(section.figures, `${completed_tasks}/${total_tasks} done · ${total_branches} branches${blocked}`);
    section.totals.show(project);
  }

  #makeSection(id: string): Section {
    const [name, figures, totals] = [h("h2", { id: `p-${id}` }), h("span", { class: "faint" }), new Totals()];
    const cards = h("ul", { class: "cards" });
    const head = h("div", { class: "project-head" }, name, figures, totals.share, totals.bar);
    const root = h("section", { class: "project", "aria-labelledby": `p-${id}` }, head, cards);
    const section = { root, name, figures, totals, cards };
    this.#sections.set(id, section);
    return section;
  }

  /** Which cards are where: only when one came, went, was renamed or moved, or the reader asked. */
  #arrange(): void {
    this.#mustArrange = false;
    const { store } = this.#session.client;
    const homes = new Map<string, BranchSummary[]>();
    for (const branch of store.all("branches").values()) {
      if (!this.#cards.has(branch.id)) continue;
      const home = homes.get(branch.project_id) ?? [];
      homes.set(branch.project_id, home);
      home.push(branch);
    }
    const projects = [...store.all("projects").values()].filter(({ id }) => this.#sections.has(id));
    const shown = projects
      .filter(({ archived }) => !archived)
      .sort((a, b) => byName(a.name, b.name))
      .flatMap(({ id, name }) => {
        const section = this.#sections.get(id) as Section;
        const isWhole = name.toLowerCase().includes(this.#filter);
        const wanted = (homes.get(id) ?? []).filter(
          (branch) => !branch.archived && (isWhole || branch.name.toLowerCase().includes(this.#filter)),
        );
        wanted.sort(ORDERS[this.#order]);
        arrange(
          section.cards,
          wanted.map((branch) => this.#card(branch.id).root),
        );
        return isWhole || wanted.length ? [section.root] : [];
      });
    arrange(this.#place, shown);
  }

  #showEmpty(): void {
    const { status } = this.#session.client.state;
    const isEmpty = this.#place.childElementCount === 0;
    this.#empty.hidden = !isEmpty;
    if (!isEmpty) return;
    const text = this.#filter
      ? "No branch or project is called that."
      : status === "live" || status === "polling"
        ? "You are a member of no project yet. Somebody who is can add you: select work.add_member(…)."
        : "Waiting for the service to say what there is.";
    setText(this.#empty, text);
  }

  #tick(): void {
    const now = Date.now();
    for (const card of this.#cards.values()) card.tick(now);
  }
}
