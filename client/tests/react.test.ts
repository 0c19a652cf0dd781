// @vitest-environment happy-dom
import { act, createElement, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { beforeEach, expect, it, vi } from "vitest";
import type { Client } from "../src/index.js";
import { useBranch, useConnection, useProject, useThing } from "../src/react.js";
import { connectTo, fakeTime, pass, serviceWithProject, taskOf } from "./support/world.js";

fakeTime();
beforeEach(() => void vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true));

let renders = 0;

function Board({ client }: { client: Client }): ReactNode {
  renders++;
  const branch = useBranch(client, "b1");
  const task = useThing(client, "tasks", "t1");
  const { status } = useConnection(client);
  return `${status}: ${useProject(client, "p1")?.name}, ${branch?.total_tasks} tasks, ${task?.title}`;
}

it("components show what the store does, and are rendered again only for what they show", async () => {
  const { client, service } = connectTo(serviceWithProject());
  const root = createRoot(document.body);
  await act(async () => root.render(createElement(Board, { client })));
  await act(async () => void (await pass()));
  expect(document.body.textContent).toBe("live: Harbor, 0 tasks, undefined");

  await act(async () => void service.commit(taskOf("t1", { title: "T" }, 1)));
  expect(document.body.textContent).toBe("live: Harbor, 1 tasks, T");

  renders = 0;
  await act(async () => void service.commit({ primary: { id: "t2", project_id: "p1" } }));
  expect(renders).toBe(0);
  await act(async () => service.hangUp());
  expect(document.body.textContent).toBe("connecting: Harbor, 1 tasks, T");
  await act(async () => root.unmount());
});
