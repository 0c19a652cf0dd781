/**
 * The live page: a client of the stream like any other, on `@tidegate/client`.
 *
 * ```text
 * client ─ store ────> work/     cards and tasks: only what changed is touched, once a frame
 *        └ messages ─> work/news, stream/recorder, system/meter: bounded
 * ```
 */
import "./style.css";
import { showAlarm } from "./alarm.js";
import { showConnection } from "./connection.js";
import { forget, keep, takeFromAddress, token } from "./credential.js";
import { showMissed } from "./missed.js";
import { Session, type View } from "./session.js";
import { signIn } from "./sign-in.js";
import { openStream } from "./stream/view.js";
import { mountTheme } from "./theme.js";
import { openWork } from "./work/view.js";

const at = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const main = at("main");
const nav = at("nav");

let session: Session | undefined;
let view: View | undefined;
let stops: readonly (() => void)[] = [];

/** Views by the first word of the address; charts are loaded with the only one that has them. */
const VIEWS: Readonly<Record<string, (session: Session, rest?: string) => View | Promise<View>>> = {
  work: openWork,
  stream: openStream,
  system: async (found, rest) => (await import("./system/view.js")).openSystem(found, rest),
};

async function show(isMove: boolean): Promise<void> {
  if (!session) return;
  const [, name = "work", rest] = location.hash.split("/");
  const open = VIEWS[name] ?? openWork;
  const shown = session;
  const next = await open(shown, rest);
  if (shown !== session) return next.close();
  view?.close();
  view = next;
  main.replaceChildren(next.root);
  document.title = `${next.title} · Tidegate`;
  for (const link of nav.querySelectorAll("a")) {
    if (link.hash === `#/${VIEWS[name] ? name : "work"}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (isMove) main.focus({ preventScroll: true });
  if (isMove) scrollTo(0, 0);
}

function start(): void {
  const found = token();
  nav.hidden = at("sign-out").hidden = !found;
  if (!found) {
    main.replaceChildren(signIn(undefined, enter));
    return;
  }
  session = new Session(found);
  stops = [
    showConnection(session.client, (reason) => leave(reason)),
    showMissed(session),
    showAlarm(session),
  ];
  void show(false);
}

function enter(credential: string): void {
  keep(credential);
  start();
}

function leave(reason?: string): void {
  const closed = session;
  session = undefined;
  for (const stop of stops) stop();
  view?.close();
  view = undefined;
  closed?.close();
  forget();
  nav.hidden = at("sign-out").hidden = true;
  main.replaceChildren(signIn(reason, enter));
}

addEventListener("hashchange", () => {
  if (!location.hash.startsWith("#token=")) return void show(true);
  leave();
  takeFromAddress();
  start();
});
at("sign-out").addEventListener("click", () => leave());
mountTheme(at<HTMLButtonElement>("theme"));
takeFromAddress();
start();
