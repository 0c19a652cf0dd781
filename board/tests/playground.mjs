// A private Postgres with demo data by `tidegate dev`, and beside it a service that can be killed and started again.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const program = process.env.TIDEGATE_BIN ?? "tidegate";

/** Waits until a condition answers something. */
export async function until(what, condition, patience = 60_000) {
  for (const end = Date.now() + patience; Date.now() < end; await new Promise((go) => setTimeout(go, 25))) {
    const found = await condition();
    if (found) return found;
  }
  throw new Error(`in vain: ${what}`);
}

export class Playground {
  #place = mkdtempSync(join(tmpdir(), "board-"));
  #dev;
  #service;

  /** `settings`: of the service that the page talks to. */
  static async start(settings = {}) {
    const playground = new Playground();
    // As root, Postgres runs as somebody else, who must get there.
    chmodSync(playground.#place, 0o755);
    playground.port = await freePort();
    playground.#dev = playground.#spawn(["dev", "--no-simulate"], { TIDEGATE_LISTEN: "127.0.0.1:0" });
    let said = "";
    playground.#dev.stdout.on("data", (data) => {
      said += data;
    });
    await until("tidegate dev", () => said.includes("project_summaries"));
    playground.env = environmentOf(readFileSync(join(playground.#place, ".tidegate/env"), "utf8"));
    await playground.serve(settings);
    return playground;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The service that the page talks to. */
  async serve(more = {}) {
    const { DATABASE_URL, TIDEGATE_JWT_SECRET } = this.env;
    const listen = { TIDEGATE_LISTEN: `127.0.0.1:${this.port}` };
    const settings = { DATABASE_URL, TIDEGATE_JWT_SECRET, ...listen, ...more };
    this.#service = this.#spawn(["serve"], settings);
    const isReady = () =>
      fetch(`${this.url}/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    await until("the service", isReady);
  }

  /** Ends the service as an operator would. */
  async end() {
    this.#service.kill("SIGTERM");
    await once(this.#service, "exit");
  }

  async kill() {
    if (this.#service.exitCode !== null || this.#service.signalCode !== null) return;
    this.#service.kill("SIGKILL");
    await once(this.#service, "exit");
  }

  sql(statement) {
    const args = ["-qtAX", "-v", "ON_ERROR_STOP=1", "-c", statement];
    return execFileSync("psql", args, { env: { ...process.env, ...this.env }, encoding: "utf8" }).trim();
  }

  /** A writer that repeats a statement so many seconds apart, until it is ended. */
  keepWriting(statement, seconds) {
    const writer = spawn("psql", ["-qtAX"], {
      env: { ...process.env, ...this.env },
      stdio: ["pipe", "ignore", "ignore"],
    });
    writer.stdin.write(`${statement}\n\\watch ${seconds}\n`);
    return async () => {
      writer.kill("SIGKILL");
      await once(writer, "exit");
    };
  }

  /** Statements, each a transaction, without standing still meanwhile. */
  async sqlLater(statements) {
    const options = { env: { ...process.env, ...this.env }, stdio: ["pipe", "ignore", "inherit"] };
    const child = spawn("psql", ["-qX", "-v", "ON_ERROR_STOP=1"], options);
    child.stdin.end(`${statements};\n`);
    const [code] = await once(child, "exit");
    if (code !== 0) throw new Error(`psql ended with ${code}`);
  }

  /** A token, for another user or role. */
  token(...options) {
    const env = { ...process.env, ...this.env };
    return execFileSync(program, ["token", ...options], {
      env,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  }

  async stop() {
    await this.kill();
    this.#dev.kill("SIGINT");
    await once(this.#dev, "exit");
    rmSync(this.#place, { recursive: true, force: true });
  }

  #spawn(args, env) {
    const options = {
      cwd: this.#place,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "ignore"],
    };
    const child = spawn(program, args, options);
    child.stdout.resume();
    return child;
  }
}

/** `export A=b C='d'` as an object. */
function environmentOf(text) {
  const found = text.matchAll(/(\w+)='?([^'\s]+)'?/g);
  return Object.fromEntries(
    [...found].map(([, name, value]) => [name, value]).filter(([name]) => name !== "PATH"),
  );
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
