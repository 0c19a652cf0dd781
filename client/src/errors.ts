import type { ErrorMessage } from "./protocol.js";

/** What went wrong, in words that a program can act on. The codes are those of `docs/errors.md`. */
export class TidegateError extends Error {
  override readonly name = "TidegateError";

  constructor(
    /** A stable word: `forbidden`, `try_again`, `task_title_is_not_blank`, … */
    readonly code: string,
    /** For people. */
    readonly reason: string = code,
    /** Whether trying again may help. */
    readonly retryable: boolean = false,
    /** After how long. */
    readonly retryAfterMs?: number,
  ) {
    super(`${code}: ${reason}`);
  }
}

/** The network failed, or the service is away: it will pass. */
export const unreachable = (reason: unknown): TidegateError =>
  reason instanceof TidegateError ? reason : new TidegateError("unreachable", String(reason), true);

/** What an `error` of the service says. */
export const errorOf = ({ payload }: ErrorMessage): TidegateError =>
  new TidegateError(payload.code, payload.message, payload.retryable, payload.retryAfterMs ?? undefined);

/** Close codes after which nobody should come back as they are, with what they mean. */
const FINAL_CLOSES: Readonly<Record<number, string>> = { 4400: "malformed", 4403: "forbidden" };

/** Why a socket was closed. */
export function closeError(code: number, reason: string): TidegateError {
  if (code === 4401) return new TidegateError("unauthenticated", reason);
  if (code === 4413) return new TidegateError("too_large", reason, true);
  const final = FINAL_CLOSES[code];
  const wait = code === 4429 ? 30_000 : undefined;
  return new TidegateError(final ?? `closed_${code}`, reason, !final, wait);
}
