/**
 * What all views share while somebody is signed in: the client, and what is kept of the stream beside its store.
 * All of it is bounded.
 */
import { type Client, connect, type EventMessage, TidegateError } from "@tidegate/client";
import { Absence } from "./absence.js";
import { type Alert, followAlerts } from "./alarm.js";
import { type Claims, claimsOf } from "./credential.js";
import type { Follower } from "./followed.js";
import { Recorder } from "./stream/recorder.js";
import { Meter } from "./system/meter.js";
import { News } from "./work/news.js";

/** The service said no, and perhaps to which fields. */
export class Refusal extends TidegateError {
  readonly fields: readonly string[];

  constructor(code: string, reason: string, fields: readonly string[]) {
    super(code, reason);
    this.fields = fields;
  }
}

export class Session {
  readonly client: Client;
  readonly claims: Claims;
  readonly news = new News();
  readonly meter = new Meter();
  readonly recorder: Recorder;
  readonly absence: Absence;
  /** For administrators. */
  readonly alerts: Follower<Alert> | undefined;
  readonly #token: string;
  readonly #clock: ReturnType<typeof setInterval>;

  constructor(token: string) {
    this.#token = token;
    this.claims = claimsOf(token);
    this.client = connect({ url: location.origin, token });
    this.recorder = new Recorder(this.client);
    this.absence = new Absence(this.client, this.recorder);
    this.client.on("message", (message) => this.#hear(message));
    this.alerts = this.isAdmin ? followAlerts(this) : undefined;
    this.client.store.listen((set) => this.meter.apply(set));
    this.#clock = setInterval(() => this.meter.tick(), 1000);
  }

  get isAdmin(): boolean {
    return this.claims.role === "admin";
  }

  /** Asks the service something outside the stream. */
  async request(path: string, method = "GET", body?: unknown): Promise<Response> {
    const headers = new Headers({ authorization: `Bearer ${this.#token}` });
    const init: RequestInit = { method, headers };
    if (body !== undefined) {
      headers.set("content-type", "application/json");
      init.body = JSON.stringify(body);
    }
    const response = await fetch(path, init).catch((error) => {
      throw new TidegateError("unreachable", String(error), true);
    });
    if (response.ok) return response;
    const problem = await response.json().catch(() => ({}));
    const code = problem.code ?? `http_${response.status}`;
    const fields = (problem.errors ?? []).map(({ field }: { readonly field: string }) => field);
    throw new Refusal(code, problem.detail ?? problem.title ?? response.statusText, fields);
  }

  close(): void {
    clearInterval(this.#clock);
    this.absence.close();
    this.alerts?.close();
    this.client.close();
  }

  #hear(message: EventMessage): void {
    this.meter.count(message);
    this.news.hear(message);
    this.recorder.hear(message);
  }
}

/** A view: made for a session, closed when another one is shown. */
export interface View {
  readonly title: string;
  readonly root: HTMLElement;
  close(): void;
}
