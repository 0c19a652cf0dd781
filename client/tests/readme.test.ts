import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

it("the README shows the example that is tested against the service", () => {
  expect(readFileSync("README.md", "utf8")).toContain(readFileSync("examples/follow.mjs", "utf8"));
});
