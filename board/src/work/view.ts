/** Work: projects and branches, or one branch opened, beside the feed. */
import { h } from "../dom.js";
import type { Session, View } from "../session.js";
import { BranchPanel } from "./branch.js";
import { Feed } from "./feed.js";
import { Overview } from "./overview.js";

export function openWork(session: Session, branchId?: string): View {
  const panel = branchId ? new BranchPanel(session, branchId) : new Overview(session);
  const feed = new Feed(session);
  const heading = h("h1", { class: branchId ? "hidden" : "" }, branchId ? "A branch" : "Work");
  return {
    title: "Work",
    root: h("div", { class: "work" }, h("div", { class: "work-main" }, heading, panel.root), feed.root),
    close: () => {
      panel.close();
      feed.close();
    },
  };
}
