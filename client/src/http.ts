import { TidegateError, unreachable } from "./errors.js";
import type { Settings } from "./options.js";
import type { Change } from "./protocol.js";

/** A request to the service. */
export interface Call {
  readonly method?: string;
  readonly body?: unknown;
  /** Of a write: makes repeating it harmless, and its echo known. */
  readonly id?: string;
  readonly signal?: AbortSignal;
}

/** Answers JSON, or throws a {@link TidegateError}. */
export type Fetch = <Answer>(path: string, call?: Call) => Promise<Answer>;

/** Requests with the client's credential. */
export const fetchOf = (settings: Settings): Fetch => {
  return async <Answer>(path: string, call: Call = {}) => {
    const request = { ...requestOf(call), signal: call.signal ?? null };
    request.headers.authorization = `Bearer ${await settings.token()}`;
    try {
      const response = await settings.fetch(`${settings.url}/api/v2${path}`, request);
      if (!response.ok) throw await problemOf(response);
      return (response.status === 204 ? {} : await response.json()) as Answer;
    } catch (error) {
      throw unreachable(error);
    }
  };
};

function requestOf({ method = "GET", body, id }: Call) {
  const headers: Record<string, string> = id ? { "idempotency-key": id, "x-correlation-id": id } : {};
  if (!body) return { method, headers };
  headers["content-type"] = method === "PATCH" ? "application/merge-patch+json" : "application/json";
  return { method, headers, body: JSON.stringify(body) };
}

/** Where new things of an entity are put: the collection, and the field that names what it is in. */
const PLACES: Readonly<Record<string, readonly [plural: string, parent: string, field: string]>> = {
  branch: ["branches", "projects", "project_id"],
  task: ["tasks", "branches", "git_branch_id"],
  subtask: ["subtasks", "tasks", "task_id"],
  context: ["contexts", "projects", "project_id"],
};

/** The request that performs a write. */
export function callOf({ entity, action, data }: Change): [path: string, call: Call] {
  const [plural, parent, field] = PLACES[entity] ?? (entity === "project" ? ["projects", "", ""] : []);
  if (!plural) throw new TidegateError("not_supported", `there is no way to write a ${entity}`);
  const { id, [field ?? ""]: place, ...fields } = data;
  if (action === "delete") return [`/${plural}/${id}`, { method: "DELETE" }];
  if (action === "update") return [`/${plural}/${id}`, { method: "PATCH", body: fields }];
  const path = field ? `/${parent}/${place}/${plural}` : `/${plural}`;
  return [path, { method: "POST", body: { id, ...fields } }];
}

/** The problem+json of a refused request. */
async function problemOf(response: Response): Promise<TidegateError> {
  const problem = await response.json().catch(() => ({}));
  const seconds = Number(response.headers.get("retry-after"));
  return new TidegateError(
    response.status === 410 ? "position_not_available" : (problem.code ?? `http_${response.status}`),
    problem.detail ?? problem.title ?? response.statusText,
    response.status === 429 || response.status >= 500,
    seconds > 0 ? seconds * 1000 : undefined,
  );
}
