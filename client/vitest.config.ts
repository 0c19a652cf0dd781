import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "@tidegate/client": new URL("src/index.ts", import.meta.url).pathname } },
  test: {
    include: ["tests/*.test.ts"],
    setupFiles: ["tests/support/setup.ts"],
    // Files are small; one process for all of them is quicker than one each.
    isolate: false,
    restoreMocks: true,
    unstubGlobals: true,
  },
});
