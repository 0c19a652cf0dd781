import { afterEach, beforeEach, vi } from "vitest";
import { type ChangeSet, type Client, connect, type Options } from "../../src/index.js";
import { FakeService, PROJECT } from "./fake-service.js";

/** A service, a client of it, and what the client told. */
export interface World {
  readonly service: FakeService;
  readonly client: Client;
  /** Change sets, as the store told them. */
  readonly sets: ChangeSet[];
  /** Statuses of the connection, without repetitions. */
  readonly statuses: string[];
}

const open: Client[] = [];

/** Time stands still, but for what a test lets pass. */
export function fakeTime(): void {
  beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000 }));
  afterEach(() => {
    for (const client of open.splice(0)) client.close();
    vi.useRealTimers();
  });
}

/** Lets so many milliseconds pass, and whatever follows from that happen. */
export const pass = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

export function serviceWithProject(): FakeService {
  const service = new FakeService();
  service.projects.set("p1", { id: "p1", project_id: "p1", name: "Harbor", total_tasks: 0 });
  service.branches.set("b1", branch("b1", 0));
  return service;
}

export const branch = (id: string, total_tasks: number, project_id = "p1") => {
  return { id, branch_id: id, project_id, name: id, total_tasks };
};

export function connectTo(service: FakeService, options: Partial<Options> = {}): World {
  const { WebSocket, fetch } = service;
  const client = connect({
    url: "http://tide",
    token: "t",
    topics: [PROJECT],
    WebSocket,
    fetch,
    random: () => 0.5,
    ...options,
  });
  open.push(client);
  const sets: ChangeSet[] = [];
  client.store.listen((set) => sets.push(set));
  const statuses: string[] = [];
  client.on("state", ({ status }) => status !== statuses.at(-1) && statuses.push(status));
  return { service, client, sets, statuses };
}

/** A client that is live. */
export async function liveWorld(
  options: Partial<Options> = {},
  service = serviceWithProject(),
): Promise<World> {
  const world = connectTo(service, options);
  await pass();
  world.sets.length = 0;
  world.statuses.length = 0;
  return world;
}

/** A task's change with what it moved in its branch. */
export const taskOf = (id: string, fields: object, total_tasks = 1) => ({
  primary: { id, git_branch_id: "b1", project_id: "p1", ...fields },
  cascade: { branches: [branch("b1", total_tasks)] },
});
