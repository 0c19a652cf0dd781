/** What is used of a WebSocket; browsers', Node's and `ws` have it. */
export interface SocketLike {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

/** How to connect. */
export interface Options {
  /** Where the service is: `https://tide.example.com`. */
  readonly url: string;
  /** The credential, or how to get one: it is asked for at each connection. */
  readonly token: string | (() => string | Promise<string>);
  /** What to follow from the start. By default all projects of the user, those that come later included. */
  readonly topics?: readonly string[] | undefined;
  /**
   * Names what tabs share and where unsent writes are kept: give each signed-in user their own. By default the user
   * (`sub`) of a JSON Web Token given as text; without any, tabs share nothing and a reload forgets unsent writes.
   */
  readonly scope?: string | undefined;
  /** Tabs of one scope share one socket. Default: true, where the browser can. */
  readonly tabs?: boolean | undefined;
  /** A hidden tab disconnects, and resumes when it is seen again. Default: true. */
  readonly pauseWhenHidden?: boolean | undefined;
  /** Whether summaries may be loaded by the bulk call; off: project by project. Default: true. */
  readonly bulk?: boolean | undefined;
  /** Writes that may wait to be sent. Default: 200. */
  readonly outboxMax?: number | undefined;
  /** For Node 20, which has none: `import { WebSocket } from "ws"`. */
  readonly WebSocket?: (new (url: string) => SocketLike) | undefined;
  readonly fetch?: typeof fetch | undefined;
  /** In [0, 1); for tests. */
  readonly random?: (() => number) | undefined;
}

/** Options with nothing left open. */
export interface Settings {
  /** Without a slash at its end. */
  readonly url: string;
  readonly token: () => Promise<string>;
  /** Whether the token may change. */
  readonly renewable: boolean;
  readonly topics: readonly string[] | undefined;
  readonly scope: string | undefined;
  readonly tabs: boolean;
  readonly pauseWhenHidden: boolean;
  readonly bulk: boolean;
  readonly outboxMax: number;
  readonly WebSocket: (new (url: string) => SocketLike) | undefined;
  readonly fetch: typeof fetch;
  readonly random: () => number;
}

/** Fills in the defaults. */
export function settingsOf(options: Options): Settings {
  const { token, topics, tabs = true, pauseWhenHidden = true, bulk = true, outboxMax = 200 } = options;
  const url = options.url.replace(/\/+$/, "");
  const owner = options.scope ?? (typeof token === "string" ? subjectOf(token) : undefined);
  return {
    url,
    token: async () => (typeof token === "string" ? token : token()),
    renewable: typeof token !== "string",
    topics,
    scope: owner && `tidegate ${url} ${owner}`,
    tabs,
    pauseWhenHidden,
    bulk,
    outboxMax,
    WebSocket: options.WebSocket ?? globalThis.WebSocket,
    fetch: options.fetch ?? ((...request) => globalThis.fetch(...request)),
    random: options.random ?? Math.random,
  };
}

/** Whose JSON Web Token it is; not a check. */
function subjectOf(token: string): string | undefined {
  try {
    const payload = token.split(".")[1] ?? "";
    return JSON.parse(atob(payload.replace(/-/g, "+").replace(/_/g, "/"))).sub;
  } catch {
    return undefined;
  }
}
