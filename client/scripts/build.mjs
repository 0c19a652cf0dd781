// Builds dist/: the core, what it loads when it needs it, and the adapters, with their types.
// `--sizes` writes nothing: it only measures.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";

/** What a page loads, beside what it has already, and how many bytes that may be on the wire. */
const LIMITS = {
  core: { files: ["index.js", "core.js"], bytes: 8192 },
  browser: { files: ["browser.js"], bytes: 2048 },
  rest: { files: ["rest.js"], bytes: 3072 },
  redux: { files: ["redux.js"], bytes: 3072 },
  react: { files: ["react.js"], bytes: 1024 },
};
/** Loaded when they are needed; everything else that `index.ts` imports is the core. */
const LATER = /src.(browser|durable-storage|rest|http|poller|summaries)\.ts$/;
const isCore = (id) => /src/.test(id) && !LATER.test(id);
const sizesOnly = process.argv.includes("--sizes");

async function bundle(entry, codeSplitting) {
  const options = { input: `src/${entry}.ts`, platform: "browser", external: ["@reduxjs/toolkit", "react"] };
  const bundled = await rolldown(options);
  const output = { dir: "dist", format: "esm", minify: true, chunkFileNames: "[name].js", codeSplitting };
  return (await (sizesOnly ? bundled.generate(output) : bundled.write(output))).output;
}

if (!sizesOnly) rmSync("dist", { recursive: true, force: true });
const files = [
  ...(await bundle("index", { groups: [{ name: "core", test: isCore }] })),
  ...(await bundle("redux")),
  ...(await bundle("react")),
];
const sizes = new Map(files.map(({ fileName, code }) => [fileName, gzipSync(code, { level: 9 }).length]));

let isTooLarge = false;
for (const [name, { files, bytes }] of Object.entries(LIMITS)) {
  const size = files.reduce((sum, file) => sum + sizes.get(file), 0);
  isTooLarge ||= size > bytes;
  console.log(`client: ${name} has ${size} of ${bytes} bytes, compressed`);
}
if (isTooLarge) {
  console.error(
    "client: too large; see what came in, or load it when it is needed (LATER in scripts/build.mjs)",
  );
  process.exit(1);
}
if (!sizesOnly) {
  const tsc = ["node_modules/typescript/bin/tsc", "--project", "tsconfig.build.json"];
  execFileSync(process.execPath, tsc, { stdio: "inherit" });
}
