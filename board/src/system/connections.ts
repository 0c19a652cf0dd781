/** Who is connected to this node; an administrator sees each and may end it. */
import { h } from "../dom.js";
import type { Session } from "../session.js";
import { ago } from "../words.js";

export interface Connection {
  readonly id: string;
  readonly user: string;
  readonly transport: string;
  readonly address: string;
  readonly since: number;
  readonly topics: readonly string[];
  readonly lag: number;
  readonly waitingBytes: number;
}

const SHOWN = 200;
const HEADINGS = ["User", "By", "From", "Since", "Topics", "Lag", "Waiting", ""];

export class Connections {
  readonly root: HTMLElement;
  readonly #session: Session;
  readonly #note = h("p", { class: "faint", role: "status" });
  readonly #rows = h("tbody");
  readonly #table: HTMLElement;

  constructor(session: Session) {
    this.#session = session;
    const head = h(
      "tr",
      {},
      ...HEADINGS.map((text) =>
        h("th", { scope: "col" }, text || h("span", { class: "hidden" }, "What to do")),
      ),
    );
    this.#table = h("div", { class: "scroll" }, h("table", {}, h("thead", {}, head), this.#rows));
    this.#table.hidden = true;
    const title = h("h2", { id: "connections" }, "Connections");
    this.root = h(
      "section",
      { class: "panel wide", "aria-labelledby": "connections" },
      title,
      this.#note,
      this.#table,
    );
  }

  show(connections: readonly Connection[] | undefined): void {
    this.#table.hidden = !connections;
    if (!connections) {
      this.#note.replaceChildren(
        "Each of them is shown to administrators: ",
        h("code", {}, "tidegate token --user HANDLE --role admin"),
      );
      return;
    }
    const slowest = connections.toSorted((a, b) => b.waitingBytes - a.waitingBytes || b.lag - a.lag);
    this.#note.replaceChildren(
      connections.length > SHOWN ? `The ${SHOWN} slowest of ${connections.length}.` : "Slowest first.",
    );
    if (this.#rows.contains(document.activeElement)) return;
    this.#rows.replaceChildren(...slowest.slice(0, SHOWN).map((connection) => this.#row(connection)));
  }

  #row({ id, user, transport, address, since, topics, lag, waitingBytes }: Connection): HTMLElement {
    const end = h(
      "button",
      { type: "button", class: "quiet", "aria-label": `Disconnect ${user}` },
      "Disconnect",
    );
    end.addEventListener("click", () => void this.#end(id, user));
    const cell = (value: unknown, kind = "number"): HTMLElement => h("td", { class: kind }, String(value));
    const name = h("th", { scope: "row" }, user);
    return h(
      "tr",
      {},
      name,
      cell(transport, ""),
      cell(address, ""),
      cell(ago(since), ""),
      cell(topics.length),
      cell(lag),
      cell(`${waitingBytes} B`),
      h("td", {}, end),
    );
  }

  async #end(id: string, user: string): Promise<void> {
    if (!confirm(`Disconnect ${user}? Their client is told not to come back with this connection.`)) return;
    await this.#session.request(`/ws/connections/${id}`, "DELETE").catch((error: Error) => {
      this.#note.textContent = `Not disconnected: ${error.message}`;
    });
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  }
}
