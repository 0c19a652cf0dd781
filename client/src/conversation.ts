import { errorOf, TidegateError } from "./errors.js";
import { joinedBy } from "./facts.js";
import type { Inbox } from "./inbox.js";
import type { SocketLike } from "./options.js";
import type { Outgoing, Written } from "./outbox.js";
import type { Ack, ClientMessage, ServerMessage } from "./protocol.js";
import { Socket } from "./socket.js";
import type { Resume, Verdict } from "./stream.js";

/** What a conversation tells. */
export interface ConversationEvents {
  /** The credential was accepted. */
  admitted(): void;
  /** `isLive` or what is missing changed. */
  progress(): void;
  /** An error that answers nothing. */
  problem(error: TidegateError): void;
  /** Once, last. */
  close(error: TidegateError): void;
}

/**
 * What is said on one socket: who we are, from where we go on, what is missing.
 *
 * ```text
 * auth ─> resume what is known, subscribe to what is not ─> live ─> (a gap: resume, then subscribe) ─> live
 * ```
 */
export class Conversation {
  readonly #socket: Socket;
  /** Questions whose answer, or the snapshot that it announced, has not come yet. */
  #open = 1;
  /** Messages of a resume that are still to come. */
  #replay = 0;
  /** The service follows new projects by itself, on a socket that began with a snapshot. */
  readonly #isFollowed: boolean;
  #userId = "";

  constructor(
    socket: new (url: string) => SocketLike,
    url: string,
    token: string,
    /** Follow all projects of the user. */
    readonly followsProjects: boolean,
    readonly inbox: Inbox,
    readonly events: ConversationEvents,
  ) {
    this.#isFollowed = followsProjects && !inbox.stream.resume();
    const address = `${url.replace(/^http/, "ws")}/ws${this.#isFollowed ? "" : "?sync=none"}`;
    this.#socket = new Socket(new socket(address), {
      open: () => this.#ask({ type: "auth", token }, (ack) => this.#admitted(ack)),
      message: (message) => this.#hear(message),
      close: (error) => events.close(error),
    });
  }

  /** Nothing is missing. */
  get isLive(): boolean {
    const { stream } = this.inbox;
    return this.#open + this.#replay === 0 && !stream.isHealing();
  }

  /** Messages that are known to be on their way. */
  get lag(): number {
    return this.#replay;
  }

  /** Begins with topics that have no position yet. */
  subscribe(topics: readonly string[]): void {
    if (!topics.length) return;
    this.#ask(
      { type: "subscribe", topics },
      (ack) => {
        this.inbox.refuse(ack.refused);
        this.inbox.stream.reach(ack.positions ?? {});
      },
      (error) => this.inbox.refuse(topics.map((topic) => ({ topic, code: error.code }))),
    );
  }

  /** Ends topics. */
  unsubscribe(topics: readonly string[]): void {
    if (topics.length) this.#ask({ type: "unsubscribe", topics }, () => {});
  }

  /** Performs a write. */
  write({ id: correlationId, change }: Outgoing): Promise<Written> {
    const { entity, action, data } = change;
    const payload = { entity, action, data: { primary: data } };
    return new Promise((resolve, reject) =>
      this.#socket.ask({ type: "update", correlationId, payload }, (answer) => {
        if (!(answer instanceof TidegateError)) resolve({ txid: answer.txid, id: answer.id });
        // Another socket would take it no better.
        else if (answer.code === "too_large") reject(new TidegateError(answer.code, answer.reason));
        else reject(answer);
      }),
    );
  }

  close(error?: TidegateError): void {
    this.#socket.close(error);
  }

  #admitted({ userId = "" }: Ack): void {
    const { stream } = this.inbox;
    this.#userId = userId;
    if (this.followsProjects) stream.want([`user:${userId}`]);
    this.events.admitted();
    if (!this.#isFollowed) this.#resume(stream.resume());
    this.subscribe(stream.unknown);
  }

  #resume(request: Resume | null): void {
    if (!request) return;
    this.#ask(request, (ack) => {
      this.inbox.refuse(ack.refused);
      if (ack.recovered) {
        this.inbox.stream.resumed(request);
        this.#replay += ack.replayed ?? 0;
      } else this.#open++;
    });
  }

  #hear(message: ServerMessage): void {
    const { stream } = this.inbox;
    if (message.type === "update" || message.type === "bulk") {
      if (this.#replay) this.#replay--;
      this.#heal(this.inbox.receive(message));
      if (this.followsProjects && !this.#isFollowed) {
        this.subscribe(stream.want(joinedBy(message, this.#userId)));
      }
    } else if (message.type === "sync") {
      if (message.payload.reason === "not_recovered") this.#open--;
      this.inbox.sync(message.payload);
    } else if (message.type === "heartbeat") {
      stream.reach(message.payload.positions);
    } else if (message.type === "error") {
      this.events.problem(errorOf(message));
      // Which topic, the answer to a resume says.
      if (message.payload.code === "topic_revoked") this.#resume(stream.resume());
    }
    this.events.progress();
  }

  #heal(verdict: Verdict): void {
    if (typeof verdict === "string") return;
    const request = verdict.heal === "resume" && this.inbox.stream.resume(verdict.topics);
    if (request) this.#resume(request);
    else this.subscribe(verdict.topics);
  }

  /** A question without whose answer nothing is live. What may pass ends the socket: the next one asks again. */
  #ask(message: ClientMessage, then: (ack: Ack) => void, otherwise?: (error: TidegateError) => void): void {
    if (message.type !== "auth") this.#open++;
    this.#socket.ask(message, (answer) => {
      this.#open--;
      if (!(answer instanceof TidegateError)) then(answer);
      else if (otherwise && !answer.retryable) otherwise(answer);
      else this.close(answer);
      this.events.progress();
    });
  }
}
