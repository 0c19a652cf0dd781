/** Alerts that somebody should look at, followed for as long as an administrator is signed in; their number beside "System". */
import { h, setAttribute } from "./dom.js";
import { Follower } from "./followed.js";
import type { Session } from "./session.js";
import { counted } from "./words.js";

export interface Alert {
  readonly id: string;
  readonly severity: "info" | "warning" | "critical";
  readonly title: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly status: "open" | "acknowledged" | "resolved";
  readonly occurrence_count: number;
  readonly opened_at: string;
  readonly last_seen_at: string;
  readonly acknowledged_at: string | null;
  readonly acknowledged_by: string | null;
  readonly silence_ends_at: string | null;
}

interface Listed {
  readonly items: readonly Alert[];
}

export const followAlerts = (session: Session): Follower<Alert> =>
  new Follower<Alert>(session.client, {
    topic: "monitor:alerts",
    entity: "alert",
    load: async () => ((await (await session.request("/api/v1/alerts?limit=200")).json()) as Listed).items,
  });

/** Shows how many are open, until it is stopped. */
export function showAlarm({ alerts }: Session): () => void {
  const link = document.querySelector('nav#nav a[href="#/system"]');
  const badge = h("span", { class: "badge", role: "img" });
  const stop = alerts?.listen(() => {
    const open = [...(alerts.rows?.values() ?? [])].filter(({ status }) => status === "open");
    badge.textContent = String(open.length);
    badge.ariaLabel = counted(open.length, "open alert");
    const isGrave = open.some(({ severity }) => severity === "critical");
    setAttribute(badge, "data-grave", isGrave ? "" : null);
    if (open.length) link?.append(badge);
    else badge.remove();
  });
  return () => {
    stop?.();
    badge.remove();
  };
}
