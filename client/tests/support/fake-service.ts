import type { SocketLike } from "../../src/options.js";
import type {
  Action,
  Body,
  Cascade,
  Change,
  ClientMessage,
  EventMessage,
  ServerMessage,
  Snapshot,
  Source,
} from "../../src/protocol.js";

/** One event as a test tells it. */
export interface Told {
  readonly topic?: string;
  readonly entity?: string;
  readonly action?: Action;
  readonly primary?: Body;
  readonly cascade?: Partial<Cascade>;
  readonly source?: Source;
  readonly correlationId?: string;
}

interface Event extends Required<Omit<Told, "cascade" | "correlationId">> {
  readonly cascade: Cascade;
  readonly correlationId: string | null;
  readonly sequence: number;
  readonly txid: string;
}

export const PROJECT = "project:p1";

/**
 * A service in the process: a log, sockets, and the requests of `/api/v2`. It does as `docs/protocol.md` says, and
 * misbehaves when a test asks for it. An agent's events wait until `release()`.
 */
export class FakeService {
  epoch = "e1";
  /** Open sockets, oldest first. */
  sockets: FakeSocket[] = [];
  /** Every message of a client. */
  heard: ClientMessage[] = [];
  /** Every request: `GET /changes?…`. */
  requests: string[] = [];
  connections = 0;
  refusesSockets = false;
  closesWith: [code: number, reason: string] | undefined;
  bulkIsOn = true;
  isReachable = true;
  forbidden = new Set<string>();
  log: Event[] = [];
  /** What an `update` is answered with: an error's payload, `silence`, or nothing. */
  refusal: { code: string; message: string; retryable: boolean } | "silence" | undefined;
  keys: (string | null)[] = [];
  private head = 0;
  private held: Event[] = [];
  readonly branches = new Map<string, Body>();
  readonly projects = new Map<string, Body>();

  readonly WebSocket = ((service: FakeService) =>
    class extends FakeSocket {
      constructor(url: string) {
        super(service, url);
      }
    })(this);

  /** Positions before this one are not available. */
  oldest = 0;

  get sequence(): number {
    return this.head;
  }

  /** Something is committed, and told at once unless an agent wrote it. */
  commit(...told: Told[]): Event[] {
    const txid = String(1000 + this.head);
    const events = told.map((one) => this.event(one, txid));
    this.log.push(...events);
    if (events.every(({ source }) => source === "mcp-ai")) this.held.push(...events);
    else this.publish(events);
    return events;
  }

  /** The agents' events leave, one by one or as one `bulk`. */
  release(together = false): void {
    while (this.held.length) this.publish(this.held.splice(0, together ? this.held.length : 1));
  }

  /** Everything up to here was told on a topic. */
  position(topic: string): number {
    const waiting = this.held.filter((event) => event.topic === topic);
    return waiting.length ? Math.min(...waiting.map(({ sequence }) => sequence)) - 1 : this.head;
  }

  snapshot(topics: readonly string[], reason: Snapshot["reason"]): Snapshot {
    const projects = topics.flatMap((topic) => /^project:(.*)/.exec(topic)?.[1] ?? []);
    const of = (bodies: Map<string, Body>, key: string): any =>
      Object.fromEntries(
        [...bodies]
          .filter(([, body]) => projects.includes(String(body[key])))
          .map(([id, body]) => [id, { ...body, asOf: this.head }]),
      );
    return {
      epoch: this.epoch,
      sequence: this.head,
      topics,
      positions: Object.fromEntries(topics.map((topic) => [topic, this.head])),
      summaries: of(this.branches, "project_id"),
      projects: of(this.projects, "id"),
      reason,
    };
  }

  /** Closes all sockets. */
  hangUp(code = 1012, reason = "restarting: come back with resume"): void {
    for (const socket of [...this.sockets]) socket.hangUp(code, reason);
  }

  /** A new epoch: numbers begin anew. */
  failOver(): void {
    this.epoch += "'";
    this.log = [];
    this.held = [];
    this.head = 0;
  }

  /** Performs a write and answers with its transaction. */
  write(change: Change, correlationId: string | null): { txid: string; id: string } {
    const { entity, action, data } = change;
    const told = { entity, action, primary: data as Body, topic: PROJECT };
    const [event] = this.commit(correlationId ? { ...told, correlationId } : told);
    return { txid: event?.txid ?? "", id: String(data.id) };
  }

  message(events: readonly Event[], previous: number, position: number): EventMessage {
    const [first] = events as [Event];
    const sequence = Math.max(...events.map((event) => event.sequence));
    const metadata = {
      source: first.source,
      userId: "somebody",
      sessionId: null,
      correlationId: first.correlationId,
      epoch: this.epoch,
      txid: first.txid,
      topic: first.topic,
      previous,
      position,
    };
    const envelope = {
      id: `${first.topic}:${sequence}`,
      version: "2.0",
      timestamp: 0,
      sequence,
      metadata,
    } as const;
    if (events.length === 1) {
      const { entity, action, primary, cascade } = first;
      return { ...envelope, type: "update", payload: { entity, action, data: { primary, cascade } } };
    }
    const updates = events.map(({ entity, action, primary, sequence, txid }) => {
      return { entity, action, id: String(primary.id), sequence, txid };
    });
    const merged = (kind: keyof Cascade): Body[] => events.flatMap(({ cascade }) => cascade[kind]);
    const data = {
      primary: events.map(({ primary }) => primary),
      cascade: cascadeOf({ branches: merged("branches") }),
    };
    return { ...envelope, type: "bulk", payload: { entity: "multiple", action: "update", updates, data } };
  }

  readonly fetch = async (input: unknown, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(String(input));
    const path = url.pathname.replace("/api/v2", "");
    this.requests.push(`${init.method ?? "GET"} ${path}${url.search}`);
    if (!this.isReachable) throw new TypeError("fetch failed");
    const body = init.body ? JSON.parse(String(init.body)) : undefined;
    const headers = new Headers(init.headers);
    this.keys.push(headers.get("idempotency-key"));
    await Promise.resolve();
    if (init.signal?.aborted) throw new DOMException("aborted", "AbortError");
    return this.answer(init.method ?? "GET", path, url.searchParams, headers, body);
  };

  private answer(
    method: string,
    path: string,
    query: URLSearchParams,
    headers: Headers,
    body: any,
  ): Response {
    if (path === "/changes") return this.changes(query);
    if (path === "/branches/summaries/bulk") {
      if (!this.bulkIsOn) return problem(404, "feature_is_off");
      const ids: string[] = body.project_ids ?? [...this.projects.keys()];
      const { summaries, projects } = this.snapshot(
        ids.map((id) => `project:${id}`),
        "resync",
      );
      const metadata = { count: 0, cached: false, epoch: this.epoch, sequence: this.head };
      return Response.json({ summaries, projects, metadata });
    }
    const [, plural, id = "", rest] = path.split("/");
    if (method === "GET") {
      const bodies = plural === "branches" ? this.branches : this.projects;
      if (rest === "summary") return Response.json(bodies.get(id));
      const inside = [...this.branches.values()].filter((branch) => branch.project_id === id);
      return Response.json({
        items: rest === "branches" ? inside : [...this.projects.values()],
        next_cursor: null,
      });
    }
    const action = ({ POST: "create", PATCH: "update", DELETE: "delete" } as const)[method] ?? "update";
    const change = { entity: "task", action, data: { id, ...body } };
    return Response.json(this.write(change, headers.get("x-correlation-id")));
  }

  private changes(query: URLSearchParams): Response {
    const own = [...this.projects.keys()].map((id) => `project:${id}`);
    const topics = query.get("topics")?.split(",") ?? own;
    if (!query.has("after")) {
      const sync = { type: "sync", payload: this.snapshot(topics, "connect") };
      return Response.json({ messages: [sync], epoch: this.epoch, position: this.head, more: false });
    }
    const after = Number(query.get("after"));
    if (query.get("epoch") !== this.epoch || after < this.oldest)
      return problem(410, "position_not_available");
    const position = Math.min(...topics.map((topic) => this.position(topic)));
    const messages = topics.flatMap((topic) => this.since(topic, after));
    return Response.json({ messages, epoch: this.epoch, position, more: false });
  }

  /** The messages of a topic after a position, as from the log. */
  since(topic: string, after: number): EventMessage[] {
    const missed = this.log.filter((event) => event.topic === topic && event.sequence > after);
    const told = missed.filter((event) => !this.held.includes(event));
    let previous = after;
    return told.map((event) => {
      const message = this.message([event], previous, Math.min(event.sequence, this.position(topic)));
      previous = event.sequence;
      return message;
    });
  }

  private event(told: Told, txid: string): Event {
    const {
      topic = PROJECT,
      entity = "task",
      action = "update",
      source = "user",
      correlationId = null,
    } = told;
    const sequence = ++this.head;
    const primary = { ...told.primary, asOf: sequence };
    const cascade = cascadeOf(told.cascade);
    const dated = Object.fromEntries(
      Object.entries(cascade).map(([kind, bodies]) => [
        kind,
        bodies.map((body: Body) => ({ ...body, asOf: sequence })),
      ]),
    ) as unknown as Cascade;
    for (const body of dated.branches) {
      if (body.deleted) this.branches.delete(String(body.id));
      else this.branches.set(String(body.id), body);
    }
    for (const body of dated.projects) this.projects.set(String(body.id), body);
    return { topic, entity, action, source, correlationId, primary, cascade: dated, sequence, txid };
  }

  private publish(events: readonly Event[]): void {
    for (const topic of new Set(events.map((event) => event.topic))) {
      const told = events.filter((event) => event.topic === topic);
      for (const socket of this.sockets) socket.deliver(topic, told);
    }
  }
}

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

const cascadeOf = (some: Partial<Cascade> = {}): Cascade => {
  return { branches: [], tasks: [], projects: [], subtasks: [], contexts: [], ...some };
};

const problem = (status: number, code: string): Response =>
  Response.json({ code, title: code, status }, { status });
