import { defineConfig } from "vite";

const client = new URL("../client/src/index.ts", import.meta.url).pathname;
const service = process.env.TIDEGATE_URL ?? "http://127.0.0.1:8000";

/** Views are called after their folder. */
const chunkName = ({ name, facadeModuleId }: { name: string; facadeModuleId?: string | null }): string => {
  const folder = /src\/(\w+)\/view\.ts$/.exec(facadeModuleId ?? "")?.[1];
  return `assets/${folder ?? name}-[hash].js`;
};

// Everything is a file of its own: the page's content security policy allows nothing inline.
export default defineConfig({
  base: "/",
  resolve: { alias: { "@tidegate/client": client } },
  build: {
    outDir: "built",
    emptyOutDir: true,
    target: "es2023",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { output: { chunkFileNames: chunkName } },
  },
  server: { proxy: { "/api": service, "/metrics": service, "/ws": { target: service, ws: true } } },
});
