import type { Body, EventMessage, Summaries } from "./protocol.js";

/** What one message says about one thing. */
export interface Fact {
  /** Where it is kept: `branches`, `tasks`, …; the entity's own name for tables of yours. */
  readonly kind: string;
  readonly id: string;
  /** `row`: the row itself. `summary`: what is computed about it (and may repeat columns of the row). */
  readonly part: "row" | "summary";
  /** Null: it is gone. */
  readonly body: Body | null;
  readonly asOf: number;
  /** The topic that it left: who holds it as part of another one keeps it. */
  readonly left?: string;
}

const KINDS: Readonly<Record<string, string>> = {
  branch: "branches",
  project: "projects",
  task: "tasks",
  subtask: "subtasks",
  context: "contexts",
};

/** Where an entity's rows are kept. */
export const kindOf = (entity: string): string => KINDS[entity] ?? entity;

interface Row {
  readonly kind: string;
  readonly gone: boolean;
  readonly id: string | undefined;
  readonly primary: Body | null;
}

function rows({ type, payload }: EventMessage): Row[] {
  const row = (entity: string, action: string, primary: Body | null, id?: string | null): Row => ({
    kind: kindOf(entity),
    gone: action === "delete",
    // Tables whose key is no column `id` are heard as messages and not kept.
    id: primary ? primary.id : (id ?? undefined),
    primary,
  });
  if (type === "update") return [row(payload.entity, payload.action, payload.data.primary)];
  const { updates, data } = payload;
  return updates.map(({ entity, action, id }, at) => row(entity, action, data.primary[at] ?? null, id));
}

/** The rows that a message changes, as words to compare. */
export const rowsOf = (message: EventMessage): string[] =>
  rows(message).map(({ kind, id }) => `${kind}:${id}`);

/** What a message says, in the order in which it is to be believed. */
export function factsOf(message: EventMessage): Fact[] {
  const { sequence, payload, metadata } = message;
  const facts: Fact[] = [];
  const say = (
    kind: string,
    part: Fact["part"],
    body: Body,
    isGone: boolean,
    id: unknown = body.id,
  ): void => {
    if (typeof id !== "string") return;
    const left = body.left === true ? { left: metadata.topic ?? "" } : {};
    facts.push({
      kind,
      id,
      part,
      body: isGone || body.left ? null : body,
      asOf: body.asOf ?? sequence,
      ...left,
    });
  };
  for (const { kind, gone, id, primary } of rows(message)) {
    // A row that was gone when the message was made has no primary; the message that deletes it follows.
    if (gone || primary) say(kind, "row", primary ?? {}, gone, id);
  }
  for (const [kind, bodies] of Object.entries(payload.data.cascade)) {
    for (const body of bodies as readonly Body[]) {
      say(kind, "summary", body, body.deleted === true);
    }
  }
  return facts;
}

/** Topics of the projects that somebody became a member of. */
export const joinedBy = (message: EventMessage, userId: string): string[] =>
  rows(message).flatMap(({ kind, gone, primary }) =>
    kind === "member" && !gone && primary?.user_id === userId ? `project:${primary.project_id}` : [],
  );

/** What a snapshot says. */
export function factsOfSummaries({ summaries, projects }: Summaries, sequence: number): Fact[] {
  const of = (kind: string, bodies: Readonly<Record<string, Body>>): Fact[] =>
    Object.entries(bodies).map(([id, body]) => ({
      kind,
      id,
      part: "summary",
      body,
      asOf: body.asOf ?? sequence,
    }));
  return [...of("projects", projects), ...of("branches", summaries)];
}

/** Whether something that is held is known to be part of another thing than the one that the topic is about. */
export function isElsewhere(topic: string, body: Body): boolean {
  const [what, key] = topic.split(":");
  const place = body[`${what}_id`];
  return place !== undefined && place !== key;
}

/** Whether something that is held belongs to a topic, so that a snapshot of the topic speaks for it. */
export function belongs(topic: string, kind: string, id: string, body: Body): boolean {
  const [what = "", key] = topic.split(":");
  if (kindOf(what) === kind) return id === key;
  return body[`${what}_id`] === key || (what === "branch" && body.git_branch_id === key);
}
