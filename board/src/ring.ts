/** The newest things, so many and no more. */
export class Ring<T> {
  readonly #items: T[] = [];
  #first = 0;
  #count = 0;

  constructor(readonly capacity: number) {}

  /** How many there ever were. */
  get count(): number {
    return this.#count;
  }

  get size(): number {
    return this.#items.length;
  }

  push(item: T): void {
    this.#count += 1;
    if (this.#items.length < this.capacity) {
      this.#items.push(item);
      return;
    }
    this.#items[this.#first] = item;
    this.#first = (this.#first + 1) % this.capacity;
  }

  clear(): void {
    this.#items.length = 0;
    this.#first = 0;
  }

  /** From the oldest. */
  *[Symbol.iterator](): Iterator<T> {
    for (let at = 0; at < this.#items.length; at++) {
      yield this.#items[(this.#first + at) % this.#items.length] as T;
    }
  }

  /** From the newest. */
  *newest(): Iterable<T> {
    for (let at = this.#items.length - 1; at >= 0; at--) {
      yield this.#items[(this.#first + at) % this.#items.length] as T;
    }
  }
}
