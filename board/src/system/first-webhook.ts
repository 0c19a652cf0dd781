/** How to make a webhook, for whoever has none: a line that can be pasted as it stands. */
import { copyButton } from "../copy.js";
import { h } from "../dom.js";
import type { Session } from "../session.js";

export function firstWebhook(session: Session): HTMLElement {
  const [project] = session.client.store.all("projects").keys();
  const line = [
    "curl -H \"Authorization: Bearer $TIDEGATE_TOKEN\" -H 'content-type: application/json' \\",
    `  ${location.origin}/api/v1/webhooks \\`,
    `  -d '{"url": "https://example.com/in", "topics": ["project:${project ?? "…"}"]}'`,
  ].join("\n");
  return h(
    "section",
    { class: "panel first-webhook", "aria-labelledby": "first-webhook" },
    h(
      "h2",
      { id: "first-webhook" },
      session.isAdmin ? "Nobody has a webhook yet" : "You have no webhook yet",
    ),
    h(
      "p",
      {},
      "What a socket hears can be delivered to your server by HTTP: signed, in order on each topic, at least once. The form makes one, and so does this, which answers with its secret:",
    ),
    h("pre", { tabIndex: 0, role: "region", "aria-label": "A command that makes a webhook" }, line),
    copyButton(line, "quiet"),
    h(
      "p",
      { class: "faint" },
      "It appears here at once. Addresses must be public; for one of this machine start the service with ",
      h("code", {}, 'TIDEGATE_WEBHOOKS__ALLOWED_NETWORKS="127.0.0.0/8"'),
      ".",
    ),
  );
}
