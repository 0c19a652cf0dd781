/** Against a running service: `scripts/test_client.sh` starts one and says where it is. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { type Client, connect, type Options } from "../../src/index.js";

const url = process.env.TIDEGATE_URL ?? "";
const token = process.env.TIDEGATE_TOKEN ?? "";
const PATIENCE = { timeout: 15_000 };

const clients: Client[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});

async function liveClient(options: Partial<Options> = {}): Promise<Client> {
  const client = connect({ url, token, WebSocket, ...options });
  clients.push(client);
  await client.live();
  return client;
}

const titles = (client: Client): string[] =>
  [...client.store.all("tasks").values()].map(({ title }) => title);
const totals = (client: Client) =>
  [...client.store.all("branches")].map(([id, { total_tasks }]) => [id, total_tasks]).sort();
const write = (client: Client, title: string, fields: object = {}) => {
  const [branch] = client.store.all("branches").values();
  return client.update({
    entity: "task",
    action: "create",
    data: { git_branch_id: branch?.id ?? "", title, ...fields },
  });
};

/** Services older than the client have no way around the socket. */
const authorization = `Bearer ${token}`;
const answers = (path: string) =>
  fetch(`${url}/api/v2${path}`, { headers: { authorization } }).then(({ ok }) => ok);
const canPoll = await answers("/changes?wait=0&sync=none");
const hasRest = await answers("/projects");

describe("against the service", () => {
  it("a client is live with all projects of its user", async () => {
    const client = await liveClient();
    expect(client.store.all("projects").size).toBeGreaterThan(0);
    expect(client.topics.length).toBe(client.store.all("projects").size + 1);
    expect(client.state).toMatchObject({ status: "live", lag: 0 });
  });

  it("what one writes another sees, with the branch's totals", async () => {
    const [writer, reader] = [await liveClient(), await liveClient()];
    const [before] = reader.store.all("branches").values();
    const { txid, id } = await write(writer, "Seen by others");
    expect(txid).toMatch(/^\d+$/);
    await vi.waitFor(() => expect(reader.store.get("tasks", id ?? "")).toBeDefined(), PATIENCE);
    const after = reader.store.get("branches", before?.id ?? "");
    expect(after?.total_tasks).toBe((before?.total_tasks ?? 0) + 1);
    await vi.waitFor(() => expect(writer.store.patches.size).toBe(0), PATIENCE);
  });

  it("what a socket does not take goes by a request, and its echo comes all the same", async () => {
    const client = await liveClient();
    const [project] = client.store.all("projects").values();
    const description = `As of ${Date.now()}`;
    await client.update({
      entity: "project",
      action: "update",
      data: { id: project?.id ?? "", description },
    });
    const shown = () => client.store.get("projects", project?.id ?? "");
    await vi.waitFor(() => expect(shown()).toMatchObject({ description }), PATIENCE);
    await vi.waitFor(() => expect(client.store.patches.size).toBe(0), PATIENCE);
    const key = `goal-${Date.now()}`;
    const data = { project_id: project?.id ?? "", key, body: { text: "home" } };
    const { id } = await client.update({ entity: "context", action: "create", data });
    await vi.waitFor(() => expect(client.store.get("contexts", id ?? "")).toMatchObject({ key }), PATIENCE);
  });

  it("what is refused is taken back", async () => {
    const client = await liveClient();
    await expect(write(client, "  ")).rejects.toMatchObject({
      code: "task_title_is_not_blank",
      retryable: false,
    });
    expect(titles(client)).toEqual([]);
  });

  it("what was missed in a pause comes by resume, and nothing of it is missing", async () => {
    const [writer, reader] = [await liveClient(), await liveClient()];
    const causes: string[] = [];
    reader.store.listen(({ cause }) => causes.push(cause));
    reader.pause();
    for (const title of ["one", "two", "three"]) await write(writer, title);
    reader.resume();
    await reader.live();
    await vi.waitFor(() => expect(titles(reader)).toEqual(["one", "two", "three"]), PATIENCE);
    expect(causes).not.toContain("sync");
    const fresh = await liveClient();
    const [branch] = fresh.store.all("branches").keys();
    const told = reader.store.get("branches", branch ?? "");
    expect(told?.total_tasks).toBe(fresh.store.get("branches", branch ?? "")?.total_tasks);
  });

  it("topics that are not ours are refused, the others are live", async () => {
    const all = await liveClient();
    const [own] = all.store.all("projects").keys();
    const topics = [`project:${own}`, "project:00000000-0000-7000-8000-000000000000"];
    const client = await liveClient({ topics });
    expect(topics.map((topic) => client.subscription(topic)?.status)).toEqual(["live", "closed"]);
  });

  it("a wrong token is an end, with a reason", async () => {
    const client = connect({ url, token: "nonsense", WebSocket });
    await expect(client.live()).rejects.toMatchObject({ code: "unauthenticated", retryable: false });
  });

  it("the README's example does what it says", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ["examples/follow.mjs"]);
    expect(stdout).toMatch(/^projects \S+ \S/m);
    expect(stdout).toMatch(/^tasks \S+ Say hello$/m);
  });
});

describe.skipIf(!canPoll)("where no socket opens", () => {
  class NoSocket {
    onclose: ((event: never) => void) | null = null;
    onopen = null;
    onmessage = null;
    onerror = null;
    constructor() {
      setTimeout(() => this.onclose?.({ code: 1006, reason: "" } as never), 1);
    }
    send(): void {}
    close(): void {}
  }
  const pollingClient = () => liveClient({ WebSocket: NoSocket, random: () => 0.01 });

  it("a client polls, and has everything that others write", async () => {
    const [writer, reader] = [await liveClient(), await pollingClient()];
    expect(reader.state.status).toBe("polling");
    await vi.waitFor(() => expect(reader.state.position).not.toBeNull(), PATIENCE);
    expect(totals(reader)).toEqual(totals(writer));
    const { id } = await write(writer, "Seen by polling");
    await vi.waitFor(() => expect(reader.store.get("tasks", id ?? "")).toBeDefined(), PATIENCE);
  });

  it.skipIf(!hasRest)("it writes by plain requests", async () => {
    const [writer, reader] = [await pollingClient(), await liveClient()];
    await vi.waitFor(() => expect(writer.store.all("branches").size).toBeGreaterThan(0), PATIENCE);
    const { id } = await write(writer, "Written without a socket");
    await vi.waitFor(() => expect(reader.store.get("tasks", id ?? "")).toBeDefined(), PATIENCE);
    await vi.waitFor(() => expect(writer.store.patches.size).toBe(0), PATIENCE);
  });
});

describe.skipIf(!hasRest)("summaries", () => {
  it.each([true, false])("are the same by the bulk call and project by project (bulk: %s)", async (bulk) => {
    const client = await liveClient({ bulk });
    const { summaries, projects } = await client.loadSummaries();
    expect(client.summaryWay).toEqual({ way: bulk ? "bulk" : "per-project" });
    expect(Object.keys(projects).sort()).toEqual([...client.store.all("projects").keys()].sort());
    for (const [id, { total_tasks }] of Object.entries(summaries)) {
      expect(client.store.get("branches", id)?.total_tasks).toBe(total_tasks);
    }
  });
});
