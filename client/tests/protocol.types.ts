/** What the service documents is what the client reads: checked by the compiler, when types are checked. */
import type * as told from "../src/generated/asyncapi.js";
import type * as rest from "../src/generated/openapi.js";
import type * as read from "../src/protocol.js";

type Fits<Told extends Read, Read> = Told;

export type Checked = [
  Fits<told.Metadata, read.Metadata>,
  Fits<told.Coalesced, read.Coalesced>,
  Fits<told.Complaint, read.ErrorMessage["payload"]>,
  Fits<told.HeartbeatPayload, read.HeartbeatMessage["payload"]>,
  Fits<told.Entry["action"], read.Action>,
  Fits<keyof read.Cascade, keyof told.Cascade>,
  Fits<keyof read.Snapshot, keyof told.SyncPayload>,
  Fits<told.SyncReason, read.Snapshot["reason"]>,
  Fits<told.Source, read.Source>,
];

/** The stream adds `asOf` to rows and totals; what it may leave out is optional there. */
export type CheckedRows = [
  Fits<rest.BranchSummary, Omit<read.BranchSummary, keyof read.Body>>,
  Fits<rest.ProjectSummary, Omit<read.ProjectSummary, keyof read.Body>>,
  Fits<rest.Task, Pick<read.Task, keyof rest.Task>>,
  Fits<
    rest.Subtask,
    Pick<read.Subtask, "id" | "task_id" | "git_branch_id" | "project_id" | "title" | "status">
  >,
  Fits<rest.Context, Pick<read.Context, "id" | "key" | "project_id" | "branch_id" | "task_id" | "body">>,
  Fits<rest.Problem["code"], string>,
];
