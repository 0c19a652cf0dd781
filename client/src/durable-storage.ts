import type { OutboxStorage, Outgoing } from "./outbox.js";

const TABLE = "outbox";

/** Survives a reload; shared by the tabs of one scope. Ids are ordered by time, so their order is that of writing. */
export class DurableStorage implements OutboxStorage {
  readonly #database: Promise<IDBDatabase>;

  constructor(name: string) {
    this.#database = open(name);
    // Whoever uses it hears of it.
    this.#database.catch(() => {});
  }

  all(): Promise<Outgoing[]> {
    return this.#do("readonly", (table) => table.getAll());
  }

  async add(record: Outgoing): Promise<void> {
    await this.#do("readwrite", (table) => table.put(record));
  }

  async remove(id: string): Promise<void> {
    await this.#do("readwrite", (table) => table.delete(id));
  }

  async #do<T>(mode: IDBTransactionMode, what: (table: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const database = await this.#database;
    return answerOf(what(database.transaction(TABLE, mode).objectStore(TABLE)));
  }
}

/** Fails where pages may keep nothing. */
async function open(name: string): Promise<IDBDatabase> {
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(TABLE, { keyPath: "id" });
  return answerOf(opening);
}

const answerOf = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
