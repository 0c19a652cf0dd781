// A page that is nobody's: the client as anybody would load it, with one <script type="module">, on the service's origin.
import { existsSync, readFileSync } from "node:fs";

const dist = new URL("../../client/dist/", import.meta.url);
const BODY = `<!doctype html><title>A page</title>
<script type="module">
  import { connect } from "/client/index.js";
  globalThis.connect = connect;
  globalThis.follow = (options) => {
    const client = connect({ url: location.origin, ...options });
    const seen = [];
    client.store.listen(({ cause, source, changes }) => seen.push({ at: Date.now(), cause, source, size: changes.length }));
    Object.assign(globalThis, { client, seen });
    return client.live();
  };
  globalThis.isReady = true;
</script>`;

/** Opens such a page. */
export async function plainPage(context, url) {
  if (!existsSync(dist)) throw new Error("client/dist is not there\n  run: cd client && npm run build");
  const page = await context.newPage();
  await page.route(`${url}/plain.html`, (route) => route.fulfill({ contentType: "text/html", body: BODY }));
  await page.route(`${url}/client/*`, (route) => {
    const name = new URL(route.request().url()).pathname.split("/").at(-1);
    return route.fulfill({ contentType: "text/javascript", body: readFileSync(new URL(name, dist)) });
  });
  page.sockets = [];
  page.on("websocket", (socket) => page.sockets.push(socket));
  await page.goto(`${url}/plain.html`);
  await page.waitForFunction(() => globalThis.isReady);
  return page;
}

/** Makes a page believe that it is looked at, or not. */
export const look = (page, visibility) =>
  page.evaluate((value) => {
    Object.defineProperty(document, "visibilityState", { value, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, visibility);

/** Waits for a title in a page's store. */
export const titled = (page, title) =>
  page.waitForFunction(
    (wanted) => [...globalThis.client.store.all("tasks").values()].some((task) => task.title === wanted),
    title,
  );
