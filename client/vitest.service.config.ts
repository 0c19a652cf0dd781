import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["tests/service/*.test.ts"], testTimeout: 20_000 },
});
