import type { TidegateError } from "./errors.js";
import type { Stream } from "./stream.js";

/** Up to where everything is known. */
export interface Position {
  readonly epoch: string;
  readonly sequence: number;
}

export interface Known {
  /** Null until the first snapshot. */
  readonly position: Position | null;
  /** Events that are known to exist and were not received yet. */
  readonly lag: number;
}

/** How the client and the service stand to each other. */
export type ConnectionState =
  | (Known & {
      readonly status: "connecting";
      /** Attempts that failed since the connection was last live. */
      readonly failures: number;
      /** Milliseconds until the next attempt; 0: it is under way. */
      readonly retryInMs: number;
      readonly reason: TidegateError | null;
    })
  | (Known & {
      /** Connected; what was missed is on its way. */
      readonly status: "catching-up";
      readonly reason: "first" | "reconnect" | "gap" | "subscribe";
    })
  | (Known & { readonly status: "live" })
  | (Known & {
      /** The socket failed; changes are fetched, and the socket is tried now and then. */
      readonly status: "polling";
      readonly reason: TidegateError;
    })
  | (Known & {
      readonly status: "paused";
      readonly reason: "hidden" | "offline" | "asked";
    })
  | (Known & {
      /** For good. */
      readonly status: "closed";
      readonly reason: TidegateError | null;
    });

/** How one topic stands. A topic is live when the connection is and nothing of it is missing. */
export type SubscriptionState = {
  /** The topic's own position. */
  readonly position: number | null;
  readonly lag: number;
} & (
  | { readonly status: "connecting" | "live" | "polling" }
  | { readonly status: "catching-up" | "paused"; readonly reason: string }
  /** Refused, revoked, or the connection is closed. */
  | { readonly status: "closed"; readonly reason: string }
);

/** How a topic stands, given how the connection does; undefined: nobody wants it. */
export function subscriptionState(
  connection: ConnectionState,
  stream: Stream,
  name: string,
): SubscriptionState | undefined {
  const topic = stream.topics.get(name);
  if (!topic) return undefined;
  const known = { position: topic.position, lag: stream.lag(name) };
  const { status } = connection;
  if (topic.refused) return { ...known, status: "closed", reason: topic.refused };
  if (status === "closed") return { ...known, status, reason: connection.reason?.code ?? "closed" };
  if (status === "paused") return { ...known, status, reason: connection.reason };
  if (status === "connecting" || status === "polling") return { ...known, status };
  if (stream.isHealing(name)) return { ...known, status: "catching-up", reason: "gap" };
  if (topic.position === null) return { ...known, status: "catching-up", reason: "first" };
  if (status === "catching-up") return { ...known, status, reason: connection.reason };
  return { ...known, status: "live" };
}
