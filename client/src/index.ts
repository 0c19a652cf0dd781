/**
 * `@tidegate/client`: a store that follows a Tidegate service.
 *
 * ```text
 * socket ─┐                                        ┌─> store.listen: one change set at a time
 * polling ┼─> inbox ─> stream ─> AI buffer ─> store┤
 * a tab  ─┘   (what a message is to us: the next,  └─> store.get
 *              a repeat, a sign of a gap)      ▲
 *                              update() ─> patches ─> outbox ─> service
 * ```
 *
 * The pure parts (`chain`, `stream`, `facts`, `base`, `patches`, `store`, `ai-buffer`, `backoff`) have neither clock
 * nor I/O. Around them: `socket`, `conversation` and `connection`; `rest` (polling, summaries) and `browser` (tabs,
 * a durable outbox) are loaded when they are needed.
 */
import { Client } from "./client.js";
import type { Options } from "./options.js";

/** Connects; what the client knows, `client.store` shows. */
export const connect = (options: Options): Client => new Client(options);

export type { Client, ClientEvents, WriteOptions } from "./client.js";
export { TidegateError } from "./errors.js";
export type { Options, SocketLike } from "./options.js";
export type { Outgoing, Written } from "./outbox.js";
export type { Effect, Patch } from "./patches.js";
export type * from "./protocol.js";
export type { ConnectionState, Position, SubscriptionState } from "./states.js";
export type { BodyOf, ChangeSet, Difference, Kinds, Occasion, StoreView } from "./store.js";
export type { LoadedSummaries, SummaryRequest, SummaryWay } from "./summaries.js";
