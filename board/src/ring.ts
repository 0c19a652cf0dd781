/** How much may be kept. */
export interface Limits<T> {
  readonly items: number;
  /** Of all of them together; the newest stays in any case. */
  readonly weight: number;
  weigh(item: T): number;
}

/** The newest things, so many and so heavy and no more. */
export class Ring<T> {
  readonly #slots: (T | undefined)[] = [];
  #first = 0;
  #size = 0;
  #count = 0;
  #weight = 0;

  constructor(readonly limits: Limits<T>) {}

  /** How many there ever were. */
  get count(): number {
    return this.#count;
  }

  get size(): number {
    return this.#size;
  }

  push(item: T): void {
    const { items, weight, weigh } = this.limits;
    this.#count += 1;
    this.#weight += weigh(item);
    if (this.#size === items) this.#drop();
    this.#slots[(this.#first + this.#size) % items] = item;
    this.#size += 1;
    while (this.#weight > weight && this.#size > 1) this.#drop();
  }

  /** From the oldest. */
  *[Symbol.iterator](): Iterator<T> {
    for (let at = 0; at < this.#size; at++) yield this.#at(at);
  }

  /** From the newest. */
  *newest(): Iterable<T> {
    for (let at = this.#size - 1; at >= 0; at--) yield this.#at(at);
  }

  #at(place: number): T {
    return this.#slots[(this.#first + place) % this.limits.items] as T;
  }

  #drop(): void {
    this.#weight -= this.limits.weigh(this.#at(0));
    this.#slots[this.#first] = undefined;
    this.#first = (this.#first + 1) % this.limits.items;
    this.#size -= 1;
  }
}
