/** Messages as sentences for people. */
import type { Action, BranchSummary, Delta, EventMessage, ProjectSummary, Source } from "@tidegate/client";

/** Who changed something. */
export interface Hand {
  readonly source: Source;
  readonly actor: string | null;
}

/** One thing that happened. */
export interface Telling extends Hand {
  readonly at: number;
  readonly entity: string;
  readonly action: Action;
  readonly id: string | null;
  readonly branchId: string | null;
  /** What it is called, in quotes, or its id. */
  readonly name: string;
  /** What became of it: "progress 42 → 62". */
  readonly what: string;
}

type Row = Readonly<Record<string, unknown>> | null;

/** Columns whose change says nothing to people. */
const SILENT = new Set(["updated_at", "created_at", "txid"]);
const LABELS: Readonly<Record<string, string>> = {
  progress_percentage: "progress",
  parent_id: "parent",
  git_branch_id: "branch",
  assignee_id: "assignee",
  archived_at: "archived",
};
const DONE: Readonly<Record<Action, string>> = { create: "created", update: "changed", delete: "deleted" };

/** What the three kinds of writers are called. */
export const WORD: Readonly<Record<Source, string>> = { user: "person", "mcp-ai": "AI", system: "system" };

/** How many events a message holds. */
export const eventsIn = ({ type, payload }: EventMessage): number =>
  type === "update" ? 1 : payload.updates.length + (payload.coalesced?.length ?? 0);

/** How many rows a message is about, those that it does not list included. */
export const rowsIn = ({ type, payload }: EventMessage): number =>
  type === "update"
    ? 1
    : (payload.coalesced ?? []).reduce((sum, { count }) => sum + count, payload.updates.length);

/** Everything that a message tells. */
export function tellingsOf(message: EventMessage): Telling[] {
  const { metadata, timestamp } = message;
  const hand = { source: metadata.source, actor: metadata.userId, at: timestamp };
  if (message.type === "update") {
    const { entity, action, data } = message.payload;
    return [telling(hand, entity, action, null, data.primary, data.delta)];
  }
  const { updates, data, coalesced = [] } = message.payload;
  return [
    ...updates.map(({ entity, action, id, delta }, at) =>
      telling(hand, entity, action, id, data.primary[at] ?? null, delta),
    ),
    ...coalesced.map(({ entity, count }) => ({
      ...hand,
      entity,
      action: "update" as const,
      id: null,
      branchId: null,
      name: "",
      what: `${count} rows changed at once`,
    })),
  ];
}

function telling(
  hand: Hand & { readonly at: number },
  entity: string,
  action: Action,
  known: string | null,
  row: Row,
  delta: Delta | undefined,
): Telling {
  const id = known ?? textOf(row?.id);
  const branchId = textOf(row?.git_branch_id) ?? textOf(row?.branch_id) ?? (entity === "branch" ? id : null);
  const name = textOf(row?.title) ?? textOf(row?.name) ?? textOf(row?.key);
  const what = row?.left ? "moved away" : action === "update" ? changesOf(delta) : DONE[action];
  return {
    ...hand,
    entity,
    action,
    id,
    branchId,
    name: name ? `“${name}”` : (id?.slice(0, 8) ?? ""),
    what,
  };
}

const textOf = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

/** "progress 42 → 62, status todo → done" */
export function changesOf(delta: Delta | undefined): string {
  const changes = Object.entries(delta ?? {})
    .filter(([column]) => !SILENT.has(column))
    .map(([column, [old, now]]) => `${LABELS[column] ?? column} ${inWords(old)} → ${inWords(now)}`);
  return changes.join(", ") || "changed";
}

function inWords(value: unknown): string {
  if (value === null || value === undefined) return "none";
  const text = typeof value === "string" ? value.replace("_", " ") : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

/** Summaries that are told of one message. */
const MOVED = 4;

/** What a message moved: "fix/login-loop 16/48 done". */
export function upstreamOf({ payload }: EventMessage): string[] {
  const { branches, projects } = payload.data.cascade;
  const summaries = [...branches.slice(0, MOVED - 1), ...projects.slice(0, 1)] as (
    | BranchSummary
    | ProjectSummary
  )[];
  return summaries.flatMap(({ name, completed_tasks, total_tasks }) =>
    typeof total_tasks === "number" ? [`${name} ${completed_tasks}/${total_tasks} done`] : [],
  );
}

/** "farid" or "AI agent-otto", without repeating the word. */
export const nameOf = ({ source, actor }: Hand): string => actor ?? `some ${WORD[source]}`;

/** One sentence for a message. */
export function sentenceOf(message: EventMessage): string {
  const all = tellingsOf(message);
  const [first] = all;
  if (!first) return "An empty message";
  if (all.length === 1) return `${nameOf(first)}: ${first.entity} ${first.name} ${first.what}`;
  const counts = new Map<string, number>();
  for (const { entity, action } of all) {
    const key = `${entity} ${DONE[action]}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const said = [...counts].map(([key, count]) => `${count} × ${key}`).join(", ");
  return `${nameOf(first)}: ${said}`;
}

const UNITS: readonly (readonly [seconds: number, unit: string])[] = [
  [86_400, "d"],
  [3600, "h"],
  [60, "min"],
  [1, "s"],
];

/** "3 s ago" */
export function ago(at: number, now = Date.now()): string {
  const seconds = Math.max(0, (now - at) / 1000);
  if (!Number.isFinite(seconds)) return "never";
  for (const [size, unit] of UNITS) {
    if (seconds >= size) return `${Math.floor(seconds / size)} ${unit} ago`;
  }
  return "just now";
}

const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hour12: false,
});

/** "15:48:32" */
export const timeOf = (at: number): string => clock.format(at);

/** "2 alerts", "1 alert" */
export const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;

/** "task title is not blank", from a rule's name. */
export const ruleOf = (code: string): string => code.replaceAll("_", " ");
