import "fake-indexeddb/auto";
import { vi } from "vitest";

/** What a browser has and Node has not. One page is as visible as another. */
export class FakeBrowser {
  readonly #page = new EventTarget();
  readonly #document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  readonly #navigator = { onLine: true, locks: new FakeLocks() };

  constructor() {
    FakeChannel.open.clear();
    vi.stubGlobal("document", this.#document);
    vi.stubGlobal("navigator", this.#navigator);
    vi.stubGlobal("BroadcastChannel", FakeChannel);
    vi.stubGlobal("addEventListener", this.#page.addEventListener.bind(this.#page));
    vi.stubGlobal("removeEventListener", this.#page.removeEventListener.bind(this.#page));
  }

  set isHidden(isHidden: boolean) {
    this.#document.visibilityState = isHidden ? "hidden" : "visible";
    this.#document.dispatchEvent(new Event("visibilitychange"));
  }

  set isOnline(isOnline: boolean) {
    this.#navigator.onLine = isOnline;
    this.#page.dispatchEvent(new Event(isOnline ? "online" : "offline"));
  }
}

/** `navigator.locks`: one holder at a time, the others wait their turn. */
class FakeLocks {
  readonly #queues = new Map<string, Promise<void>>();

  async request(name: string, { signal }: { signal: AbortSignal }, hold: () => Promise<void>): Promise<void> {
    const before = this.#queues.get(name) ?? Promise.resolve();
    let isHolding = false;
    const given = new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => isHolding || resolve());
      void before.then(async () => {
        if (signal.aborted) return resolve();
        isHolding = true;
        await hold();
        resolve();
      });
    });
    this.#queues.set(
      name,
      Promise.all([before, given]).then(() => {}),
    );
    return given;
  }
}

/** A channel within this process. */
class FakeChannel {
  static readonly open = new Set<FakeChannel>();
  onmessage: ((event: { data: unknown }) => void) | null = null;

  constructor(readonly name: string) {
    FakeChannel.open.add(this);
  }

  postMessage(data: unknown): void {
    for (const other of FakeChannel.open) {
      if (other !== this && other.name === this.name) {
        void Promise.resolve().then(() => FakeChannel.open.has(other) && other.onmessage?.({ data }));
      }
    }
  }

  close(): void {
    FakeChannel.open.delete(this);
  }
}
