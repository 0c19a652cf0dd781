import type {
  Action,
  Body,
  Cascade,
  Change,
  ClientMessage,
  EventMessage,
  Snapshot,
  Source,
} from "../../src/protocol.js";
import { FakeSocket } from "./fake-socket.js";

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

/** The same as the log has it. */
export interface Event extends Required<Omit<Told, "cascade" | "correlationId">> {
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

const cascadeOf = (some: Partial<Cascade> = {}): Cascade => {
  return { branches: [], tasks: [], projects: [], subtasks: [], contexts: [], ...some };
};

const problem = (status: number, code: string): Response =>
  Response.json({ code, title: code, status }, { status });
