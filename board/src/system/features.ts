/** For whom each feature is on, for administrators; they are switched by `tidegate flag`. */
import { h } from "../dom.js";
import type { Session } from "../session.js";

interface Feature {
  readonly name: string;
  readonly description: string;
  readonly standing: "everybody" | "some" | "nobody";
  readonly percentage: number;
  readonly overrides: Readonly<Record<string, boolean>>;
  readonly rollout: { readonly state: string; readonly stage: number } | null;
}

export class Features {
  readonly root: HTMLElement;
  readonly #list = h("ul", { class: "features" });
  readonly #note = h("p", { class: "faint" }, "Asking…");

  constructor(session: Session) {
    this.root = h(
      "section",
      { class: "panel wide", "aria-labelledby": "features" },
      h("h2", { id: "features" }, "Features"),
      this.#note,
      this.#list,
    );
    this.root.hidden = !session.isAdmin;
    if (session.isAdmin) void this.#ask(session);
  }

  async #ask(session: Session): Promise<void> {
    try {
      const response = await session.request("/api/v2/admin/flags");
      const { items } = (await response.json()) as { readonly items: readonly Feature[] };
      this.#list.replaceChildren(...items.map(itemOf));
      this.#note.replaceChildren("As they stood when this page was opened. Switched by ", command(), ".");
    } catch (error) {
      this.#note.textContent = `Features were not read: ${(error as Error).message}`;
    }
  }
}

const command = (): HTMLElement => h("code", {}, "tidegate flag");

function itemOf(feature: Feature): HTMLElement {
  return h(
    "li",
    { "data-standing": feature.standing },
    h("code", {}, feature.name),
    h("b", {}, standingOf(feature)),
    h("span", { class: "faint" }, feature.description),
  );
}

/** "on", "25 % of users, 2 exceptions, rollout running" */
function standingOf({ standing, percentage, overrides, rollout }: Feature): string {
  const whose = { everybody: "on", some: `${percentage} % of users`, nobody: "off" }[standing];
  const exceptions = Object.keys(overrides).length;
  const besides = exceptions ? `, ${exceptions} by name` : "";
  return `${whose}${besides}${rollout ? `, rollout ${rollout.state.replace("_", " ")}` : ""}`;
}
