/** What the service documents is what the client reads: checked by the compiler, when types are checked. */
import type * as told from "../src/generated/asyncapi.js";
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
