import fc from "fast-check";
import { expect, it } from "vitest";
import type { Body } from "../src/index.js";
import { type FakeService, PROJECT } from "./support/fake-service.js";
import { branch, fakeTime, liveWorld, pass, type World } from "./support/world.js";

fakeTime();

/** What may happen to a client and its service. */
const happening = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      what: fc.constant("write"),
      id: fc.nat(4),
      agent: fc.boolean(),
      gone: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ what: fc.constant("release"), together: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant("repeat"), at: fc.nat(50) }) },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant("lose"), messages: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant("hangUp") }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant("pause") }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant("resume") }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("refuse"), isOn: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constant("pass"), ms: fc.nat(20_000) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("forget") }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("failOver") }) },
);
type Happening = { what: string; id?: number; at?: number; ms?: number; messages?: number } & {
  agent?: boolean;
  gone?: boolean;
  together?: boolean;
  isOn?: boolean;
};

async function happen(one: Happening, { client, service }: World, truth: Map<string, Body>): Promise<void> {
  const [socket] = service.sockets;
  switch (one.what) {
    case "write":
      return write(one, service, truth);
    case "release":
      return service.release(one.together);
    case "repeat": {
      const told = service.since(PROJECT, 0);
      const again = told[(one.at ?? 0) % told.length];
      // It is one that was had: what was not is for the service to send.
      if (again && again.sequence <= (client.state.position?.sequence ?? 0)) socket?.say(again);
      return;
    }
    case "lose":
      if (socket) socket.loses = one.messages ?? 0;
      return;
    case "hangUp":
      return service.hangUp();
    case "pause":
      return client.pause();
    case "resume":
      return client.resume();
    case "refuse":
      service.refusesSockets = one.isOn === true;
      return;
    case "failOver":
      // Another primary, with another past: whoever is connected is told to come back.
      service.failOver();
      return service.hangUp();
    case "forget":
      // The log reaches back to here only.
      service.oldest = service.position(PROJECT);
      return;
    default:
      await pass(one.ms);
  }
}

function write({ id, agent, gone }: Happening, service: FakeService, truth: Map<string, Body>): void {
  const task = { id: `t${id}`, project_id: "p1", title: `as of ${service.sequence + 1}` };
  const isDelete = gone && truth.has(task.id);
  if (isDelete) truth.delete(task.id);
  else truth.set(task.id, task);
  service.commit({
    primary: task,
    action: isDelete ? "delete" : "update",
    source: agent ? "mcp-ai" : "user",
    cascade: { branches: [branch("b1", truth.size)] },
  });
}

it("whatever happens on the way, the store ends as the service is", async () => {
  let recovered = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { maxLength: 60 }), async (happenings) => {
      const world = await liveWorld();
      const { client, service, sets } = world;
      const truth = new Map<string, Body>();
      for (const one of happenings) {
        await happen(one as Happening, world, truth);
        await pass();
      }
      // Peace: what waits leaves, and a last message shows what was lost.
      service.refusesSockets = false;
      for (const socket of service.sockets) socket.loses = 0;
      client.resume();
      await pass(120_000);
      service.release();
      write({ what: "write", id: 9 }, service, truth);
      await pass(1_000);

      expect(client.state).toMatchObject({
        status: "live",
        lag: 0,
        position: { sequence: service.sequence },
      });
      expect(client.store.get("branches", "b1")).toMatchObject({ total_tasks: truth.size });
      const held = [...client.store.all("tasks")].sort().map(([id, { title }]) => [id, title]);
      const expected = [...truth].sort().map(([id, { title }]) => [id, title]);
      // After a snapshot rows may be unknown, but none is stale.
      if (sets.some(({ cause }) => cause === "sync")) expect(expected).toEqual(expect.arrayContaining(held));
      else {
        expect(held).toEqual(expected);
        recovered++;
      }
      client.close();
    }),
    { numRuns: 500 },
  );
  expect(recovered).toBeGreaterThan(20);
}, 60_000);
