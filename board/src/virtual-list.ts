/**
 * A long list of which only what is in sight is in the page. All rows are of one height, so that neither adding nor
 * scrolling measures anything; what the reader looks at stays where it is while newer items come above it.
 */
import { h, setAttribute } from "./dom.js";
import { onFrame } from "./frame.js";

/** Rows beyond the edges, so that a quick wheel finds them there. */
const BEYOND = 8;

/** How a list's items are known, shown and chosen. */
export interface ListPorts<T> {
  readonly label: string;
  /** Of a row, in pixels. */
  readonly height: number;
  key(item: T): number;
  make(item: T): HTMLElement[];
  choose(item: T): void;
}

let lists = 0;

export class VirtualList<T> {
  readonly root: HTMLElement;
  readonly #ports: ListPorts<T>;
  readonly #space = h("div", { class: "list-space", role: "none" });
  readonly #rows = new Map<number, HTMLElement>();
  readonly #prefix: string;
  readonly #resized = new ResizeObserver(() => onFrame(this.#render));
  readonly #render = (): void => this.#show();
  #items: readonly T[] = [];
  #chosen: number | undefined;

  constructor(ports: ListPorts<T>) {
    lists += 1;
    this.#prefix = `list-${lists}-`;
    this.#ports = ports;
    this.root = h(
      "div",
      { class: "list", role: "listbox", tabIndex: 0, "aria-label": ports.label },
      this.#space,
    );
    this.root.addEventListener("scroll", () => onFrame(this.#render), { passive: true });
    this.root.addEventListener("click", (event) => this.#click(event));
    this.root.addEventListener("keydown", (event) => this.#press(event));
    this.#resized.observe(this.root);
  }

  /** Rows that are in the page now. */
  get size(): number {
    return this.#rows.size;
  }

  close(): void {
    this.#resized.disconnect();
  }

  /** Shows other items. Whoever has scrolled keeps seeing what they saw. */
  set(items: readonly T[]): void {
    const { key, height } = this.#ports;
    const { scrollTop } = this.root;
    const top = Math.floor(scrollTop / height);
    const anchor = scrollTop > 0 ? this.#items[top] : undefined;
    this.#items = items;
    const length = `${items.length * height}px`;
    if (this.#space.style.height !== length) this.#space.style.height = length;
    if (anchor !== undefined) {
      const at = items.findIndex((item) => key(item) === key(anchor));
      if (at >= 0 && at !== top) this.root.scrollTop = scrollTop + (at - top) * height;
    }
    this.#show();
  }

  #show(): void {
    const { key, height } = this.#ports;
    const { scrollTop, clientHeight } = this.root;
    const first = Math.max(0, Math.floor(scrollTop / height) - BEYOND);
    const last = Math.min(this.#items.length, Math.ceil((scrollTop + clientHeight) / height) + BEYOND);
    const kept = new Set<number>();
    for (let at = first; at < last; at++) {
      const item = this.#items[at] as T;
      const id = key(item);
      kept.add(id);
      const row = this.#rows.get(id) ?? this.#make(item, id);
      const place = `translateY(${at * height}px)`;
      if (row.style.transform !== place) row.style.transform = place;
      setAttribute(row, "aria-posinset", String(at + 1));
      setAttribute(row, "aria-setsize", String(this.#items.length));
      setAttribute(row, "aria-selected", String(id === this.#chosen));
    }
    for (const [id, row] of this.#rows) {
      if (kept.has(id)) continue;
      row.remove();
      this.#rows.delete(id);
    }
    const active = this.#chosen !== undefined && kept.has(this.#chosen);
    setAttribute(this.root, "aria-activedescendant", active ? this.#prefix + this.#chosen : null);
  }

  #make(item: T, id: number): HTMLElement {
    const row = h("div", { class: "list-row", role: "option", id: this.#prefix + id });
    row.style.height = `${this.#ports.height}px`;
    row.dataset.key = String(id);
    row.append(...this.#ports.make(item));
    this.#rows.set(id, row);
    this.#space.append(row);
    return row;
  }

  #click({ target }: Event): void {
    const row = (target as Element).closest<HTMLElement>("[data-key]");
    const at = this.#items.findIndex((item) => String(this.#ports.key(item)) === row?.dataset.key);
    if (at >= 0) this.#choose(at);
  }

  #press(event: KeyboardEvent): void {
    const { key, height } = this.#ports;
    const page = Math.max(1, Math.floor(this.root.clientHeight / height) - 1);
    const now = this.#items.findIndex((item) => key(item) === this.#chosen);
    const targets: Readonly<Record<string, number>> = {
      ArrowDown: now + 1,
      ArrowUp: Math.max(0, now - 1),
      PageDown: now + page,
      PageUp: now - page,
      Home: 0,
      End: this.#items.length - 1,
    };
    const target = targets[event.key];
    if (target === undefined || !this.#items.length) return;
    event.preventDefault();
    this.#choose(Math.min(this.#items.length - 1, Math.max(0, target)));
  }

  #choose(at: number): void {
    const item = this.#items[at] as T;
    this.#chosen = this.#ports.key(item);
    this.#reveal(at);
    this.#show();
    this.#ports.choose(item);
  }

  #reveal(at: number): void {
    const { height } = this.#ports;
    const { scrollTop, clientHeight } = this.root;
    if (at * height < scrollTop) this.root.scrollTop = at * height;
    else if ((at + 1) * height > scrollTop + clientHeight)
      this.root.scrollTop = (at + 1) * height - clientHeight;
  }
}
