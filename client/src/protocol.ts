/**
 * Protocol 2.0 as types: what the service and the client say to each other.
 *
 * Written by hand, to be read; `tests/protocol.types.ts` holds them against those that `npm run generate` makes of the
 * service's own documents.
 */

import type * as rest from "./generated/openapi.js";

/** What kind of writer made a change. */
export type Source = "user" | "mcp-ai" | "system";

/** What happened to a row. */
export type Action = "create" | "update" | "delete";

/** A row or a summary, true as of a sequence. */
export interface Body {
  readonly id?: string;
  /** The sequence as of which it is true. */
  readonly asOf?: number;
  readonly [field: string]: unknown;
}

/** How many tasks have which priority. */
export interface PriorityBreakdown {
  readonly low: number;
  readonly medium: number;
  readonly high: number;
  readonly urgent: number;
}

interface Totals extends Body {
  readonly id: string;
  readonly project_id: string;
  readonly name: string;
  readonly archived: boolean;
  readonly created_at: string;
  readonly total_tasks: number;
  readonly completed_tasks: number;
  readonly in_progress_tasks: number;
  readonly active_tasks: number;
  readonly todo_tasks: number;
  readonly blocked_tasks: number;
  readonly cancelled_tasks: number;
  /** Null without tasks. */
  readonly avg_progress: number | null;
  readonly priority_breakdown: PriorityBreakdown;
  readonly last_activity: string;
  readonly updated_at: string;
}

/** A branch with its totals. */
export interface BranchSummary extends Totals {
  readonly branch_id: string;
  readonly total_subtasks: number;
  readonly completed_subtasks: number;
}

/** A project with its totals. */
export interface ProjectSummary extends Totals {
  readonly total_branches: number;
}

/** A task as a row; with its totals where they are known. */
export interface Task extends Body {
  readonly id: string;
  readonly git_branch_id: string;
  readonly project_id: string;
  readonly parent_id: string | null;
  readonly title: string;
  readonly description: string | null;
  readonly status: "todo" | "in_progress" | "blocked" | "done" | "cancelled";
  readonly priority: keyof PriorityBreakdown;
  readonly progress_percentage: number;
  readonly assignee_id: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  readonly total_subtasks?: number;
  readonly completed_subtasks?: number;
  readonly total_children?: number;
}

/** A step of a task. */
export interface Subtask extends Body {
  readonly id: string;
  readonly task_id: string;
  readonly git_branch_id: string;
  readonly project_id: string;
  readonly title: string;
  readonly status: Task["status"];
  readonly progress_percentage: number;
}

/** What is known of a project, a branch or a task. `body` is there once the context itself was told. */
export interface Context extends Body {
  readonly id: string;
  readonly key: string;
  readonly project_id: string;
  readonly branch_id: string | null;
  readonly task_id: string | null;
  readonly body?: unknown;
}

/** What a change moved upstream. */
export interface Cascade {
  readonly branches: readonly Body[];
  readonly tasks: readonly Body[];
  readonly projects: readonly Body[];
  readonly subtasks: readonly Body[];
  readonly contexts: readonly Body[];
}

/** Column to its old and its new value. */
export type Delta = Readonly<Record<string, readonly [old: unknown, now: unknown]>>;

/** Where a message comes from and where it stands in its topic. */
export interface Metadata {
  readonly source: Source;
  readonly userId: string | null;
  readonly sessionId: string | null;
  readonly correlationId: string | null;
  readonly epoch: string;
  readonly txid: string | null;
  /** The topic that carries the message; a narrower subscription gets its part of it. */
  readonly topic: string | null;
  /** The `sequence` of the message before it on this topic. */
  readonly previous: number | null;
  /** Everything on this topic up to here was sent: resume from it, never from `sequence`. */
  readonly position: number | null;
  readonly batchSize?: number | null;
}

interface Envelope<Type extends string, Payload> {
  readonly id: string;
  readonly version: "2.0";
  readonly type: Type;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  /** The highest event that the message covers. */
  readonly sequence: number;
  readonly payload: Payload;
  readonly metadata: Metadata;
}

/** One event. */
export type UpdateMessage = Envelope<
  "update",
  {
    readonly entity: string;
    readonly action: Action;
    readonly data: { readonly primary: Body | null; readonly cascade: Cascade; readonly delta?: Delta };
  }
>;

/** One event within a {@link BulkMessage}. */
export interface BulkEntry {
  readonly entity: string;
  readonly action: Action;
  readonly id: string | null;
  readonly sequence: number;
  readonly txid: string;
  readonly delta?: Delta;
}

/** Many rows of a topic changed and were not listed: fetch them again. */
export interface Coalesced {
  readonly entity: string;
  readonly topic: string;
  readonly count: number;
}

/** Several events of one topic: of one transaction, or gathered from an AI agent. */
export type BulkMessage = Envelope<
  "bulk",
  {
    readonly entity: "multiple";
    readonly action: "update";
    readonly updates: readonly BulkEntry[];
    /** `primary` is in the order of `updates`. */
    readonly data: { readonly primary: readonly (Body | null)[]; readonly cascade: Cascade };
    readonly coalesced?: readonly Coalesced[];
  }
>;

/** Summaries by id. */
export interface Summaries {
  readonly summaries: Readonly<Record<string, BranchSummary>>;
  readonly projects: Readonly<Record<string, ProjectSummary>>;
}

/** Where to start over. */
export interface Snapshot extends Summaries {
  readonly epoch: string;
  readonly sequence: number;
  readonly topics: readonly string[];
  readonly positions: Readonly<Record<string, number>>;
  readonly reason: "connect" | "subscribe" | "not_recovered" | "resync";
}

export type SyncMessage = Envelope<"sync", Snapshot>;

export type HeartbeatMessage = Envelope<
  "heartbeat",
  {
    readonly epoch: string;
    readonly sequence: number;
    readonly positions: Readonly<Record<string, number>>;
    readonly serverTime: number;
  }
>;

/** The answer to a message of the client. */
export interface Ack {
  readonly ok: true;
  readonly of: string;
  readonly userId?: string;
  readonly topics?: readonly string[];
  readonly refused?: readonly { readonly topic: string; readonly code: string }[];
  readonly positions?: Readonly<Record<string, number>>;
  readonly recovered?: boolean;
  readonly replayed?: number;
  readonly reason?: string;
  readonly txid?: string;
  readonly id?: string;
}

export type AckMessage = Envelope<"ack", Ack>;

export type ErrorMessage = Envelope<
  "error",
  {
    readonly code: string;
    readonly message: string;
    readonly retryable: boolean;
    readonly retryAfterMs?: number | null;
    readonly of?: string | null;
  }
>;

/** A message that carries events. */
export type EventMessage = UpdateMessage | BulkMessage;

/** Whatever the service says. */
export type ServerMessage = EventMessage | SyncMessage | HeartbeatMessage | AckMessage | ErrorMessage;

/** A write as it travels. */
export interface Change {
  readonly entity: string;
  readonly action: Action;
  /** The row, or what changes in it. With its `id`, unless it is to be made by the service. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** What may be done to an entity; its fields are those that the service documents. */
type WriteOf<Entity extends string, New, Patch> = { readonly entity: Entity } & (
  | { readonly action: "create"; readonly data: Fields<New> }
  | { readonly action: "update"; readonly data: Fields<Patch> & { readonly id: string } }
  | { readonly action: "delete"; readonly data: { readonly id: string } }
);
type Fields<T> = { readonly [Field in keyof T]: T[Field] };

/** A write: performed by SQL as this user. */
export type Write =
  | WriteOf<"project", rest.NewProject, rest.ProjectPatch>
  | WriteOf<"branch", rest.NewBranch & { project_id: string }, rest.BranchPatch>
  | WriteOf<"task", rest.NewTask & { git_branch_id: string }, rest.TaskPatch>
  | WriteOf<"subtask", rest.NewSubtask & { task_id: string }, rest.SubtaskPatch>
  | WriteOf<"context", rest.NewContext & { project_id: string }, rest.ContextPatch>;

/** Whatever the client says. */
export type ClientMessage = { readonly correlationId?: string } & (
  | { readonly type: "auth"; readonly token: string }
  | { readonly type: "subscribe" | "unsubscribe"; readonly topics: readonly string[] }
  | { readonly type: "resume"; readonly epoch: string; readonly positions: Readonly<Record<string, number>> }
  | {
      readonly type: "update";
      readonly payload: {
        readonly entity: string;
        readonly action: Action;
        readonly data: { readonly primary: Readonly<Record<string, unknown>> };
      };
    }
  | { readonly type: "heartbeat" }
);

/** The answer of `GET /api/v2/changes`. */
export interface ChangesPage {
  readonly messages: readonly ServerMessage[];
  readonly epoch: string;
  readonly position: number;
  readonly more: boolean;
}
