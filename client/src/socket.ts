import { closeError, errorOf, TidegateError } from "./errors.js";
import type { SocketLike } from "./options.js";
import type { Ack, ClientMessage, ServerMessage } from "./protocol.js";
import { uuid } from "./uuid.js";

/** The service says something at least every 25 s. */
const SILENCE_MS = 40_000;
/** Longest wait for the handshake. */
const HANDSHAKE_MS = 10_000;

/** What a socket tells. */
export interface SocketEvents {
  open(): void;
  /** Everything but the answers to questions. */
  message(message: ServerMessage): void;
  /** Once, last. */
  close(error: TidegateError): void;
}

type Answer = (answer: Ack | TidegateError, message?: ServerMessage) => void;

/** One socket: questions find their answers, silence is an end. Knows nothing of topics. */
export class Socket {
  readonly #socket: SocketLike;
  readonly #questions = new Map<string, Answer>();
  #watchdog: ReturnType<typeof setTimeout> | undefined;
  #isOver = false;

  constructor(
    socket: SocketLike,
    readonly events: SocketEvents,
  ) {
    this.#socket = socket;
    this.#expect(HANDSHAKE_MS);
    socket.onopen = () => {
      this.#expect(SILENCE_MS);
      events.open();
    };
    socket.onmessage = ({ data }: { data: unknown }) => this.#hear(String(data));
    socket.onclose = ({ code, reason }: { code: number; reason: unknown }) =>
      this.#end(closeError(code, String(reason)));
    // A close follows.
    socket.onerror = () => {};
  }

  /** Says something; the answer is told before anything that comes after it. */
  ask(message: ClientMessage, answer: Answer): void {
    const correlationId = message.correlationId ?? uuid();
    this.#questions.set(correlationId, answer);
    this.#socket.send(JSON.stringify({ ...message, correlationId }));
  }

  /** Ends it: questions fail, and nothing is told any more but that. */
  close(error = new TidegateError("closed", "the client closed the connection", true)): void {
    this.#end(error);
  }

  #hear(text: string): void {
    if (this.#isOver) return;
    this.#expect(SILENCE_MS);
    let message: ServerMessage;
    try {
      message = JSON.parse(text);
    } catch {
      return this.#end(new TidegateError("malformed", "a frame that is not JSON", true));
    }
    const id = message.metadata.correlationId ?? "";
    const answer = this.#questions.get(id);
    if (!answer || (message.type !== "ack" && message.type !== "error")) return this.events.message(message);
    this.#questions.delete(id);
    if (message.type === "ack") return answer(message.payload, message);
    answer(errorOf(message));
  }

  #expect(ms: number): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#end(new TidegateError("silent", "nothing was heard", true)), ms);
  }

  #end(error: TidegateError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#watchdog);
    this.#socket.close();
    // Whether the service heard them nobody can say.
    const code = error.code === "too_large" ? error.code : "unanswered";
    const unanswered = new TidegateError(code, error.reason, true, error.retryAfterMs);
    for (const answer of this.#questions.values()) answer(unanswered);
    this.events.close(error);
  }
}
