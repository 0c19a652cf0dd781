import type { SocketLike } from "../../src/options.js";
import type { ClientMessage, ServerMessage, Snapshot } from "../../src/protocol.js";
import type { Event, FakeService } from "./fake-service.js";

/** One socket of the service, from both sides. */
export class FakeSocket implements SocketLike {
  onopen: SocketLike["onopen"] = null;
  onmessage: SocketLike["onmessage"] = null;
  onclose: SocketLike["onclose"] = null;
  onerror: SocketLike["onerror"] = null;
  /** Messages that get lost on the way. */
  loses = 0;
  /** Says nothing any more. */
  isMute = false;
  private isOver = false;
  /** The last sequence that was sent on each topic. */
  private readonly chains = new Map<string, number>();

  constructor(
    readonly service: FakeService,
    readonly url: string,
  ) {
    service.connections++;
    void Promise.resolve().then(() => {
      if (this.isOver) return;
      if (service.refusesSockets || !service.isReachable) return this.hangUp(1006, "");
      if (service.closesWith) return this.hangUp(...service.closesWith);
      service.sockets.push(this);
      this.onopen?.({} as never);
    });
  }

  send(text: string): void {
    const message = JSON.parse(text) as ClientMessage;
    this.service.heard.push(message);
    void Promise.resolve().then(() => !this.isOver && this.answer(message));
  }

  close(): void {
    this.isOver = true;
    this.service.sockets = this.service.sockets.filter((socket) => socket !== this);
  }

  hangUp(code: number, reason: string): void {
    if (this.isOver) return;
    this.close();
    this.onclose?.({ code, reason } as never);
  }

  /** Sends events of a topic, if it is subscribed to. */
  deliver(topic: string, events: readonly Event[]): void {
    const previous = this.chains.get(topic);
    if (previous === undefined) return;
    const message = this.service.message(events, previous, this.service.position(topic));
    this.chains.set(topic, message.sequence);
    if (this.loses > 0) this.loses--;
    else this.say(message);
  }

  say(message: ServerMessage): void {
    if (!this.isMute && !this.isOver) this.onmessage?.({ data: JSON.stringify(message) } as never);
  }

  /** A message that is no event. */
  tell(
    type: "sync" | "heartbeat" | "ack" | "error",
    payload: unknown,
    correlationId: string | null = null,
  ): void {
    const { epoch, sequence } = this.service;
    const metadata = { source: "system", userId: "u1", sessionId: "s", correlationId, epoch, txid: null };
    const rest = { topic: null, previous: null, position: null };
    const envelope = { id: "", version: "2.0", timestamp: 0, sequence };
    this.say({ ...envelope, type, payload, metadata: { ...metadata, ...rest } } as ServerMessage);
  }

  sync(topics: readonly string[], reason: Snapshot["reason"]): void {
    for (const topic of topics) this.chains.set(topic, this.service.sequence);
    this.tell("sync", this.service.snapshot(topics, reason));
  }

  private answer(message: ClientMessage): void {
    const ack = (payload: object): void =>
      this.tell("ack", { ok: true, of: message.type, ...payload }, message.correlationId ?? null);
    const { service } = this;
    if (message.type === "auth") {
      if (!this.url.includes("sync=none"))
        this.sync(
          [...service.projects.keys()].map((id) => `project:${id}`),
          "connect",
        );
      ack({ userId: "u1" });
    } else if (message.type === "subscribe") {
      const [topics, refused] = this.check(message.topics);
      if (topics.length) this.sync(topics, "subscribe");
      ack({ topics, refused });
    } else if (message.type === "resume") {
      this.resume(message, ack);
    } else if (message.type === "update") {
      const { entity, action, data } = message.payload;
      if (service.refusal === "silence") return;
      if (service.refusal)
        return this.tell("error", { ...service.refusal, of: "update" }, message.correlationId ?? null);
      ack(service.write({ entity, action, data: data.primary }, message.correlationId ?? null));
    } else ack({});
  }

  private resume(message: ClientMessage & { type: "resume" }, ack: (payload: object) => void): void {
    const { service } = this;
    const [topics, refused] = this.check(Object.keys(message.positions));
    const oldest = Math.min(...Object.values(message.positions));
    if (message.epoch !== service.epoch || oldest < service.oldest) {
      ack({ recovered: false, reason: "epoch_changed", topics, refused });
      return this.sync(topics, "not_recovered");
    }
    const missed = topics.flatMap((topic) => service.since(topic, message.positions[topic] ?? 0));
    ack({ recovered: true, replayed: missed.length, topics, refused });
    for (const topic of topics) this.chains.set(topic, message.positions[topic] ?? 0);
    for (const one of missed) {
      this.chains.set(one.metadata.topic ?? "", one.sequence);
      this.say(one);
    }
  }

  private check(topics: readonly string[]): [string[], { topic: string; code: string }[]] {
    const { forbidden } = this.service;
    const refused = topics
      .filter((topic) => forbidden.has(topic))
      .map((topic) => ({ topic, code: "forbidden" }));
    return [topics.filter((topic) => !forbidden.has(topic)), refused];
  }
}
