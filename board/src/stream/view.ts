/** Stream: the topics, and the inspector of messages. */
import { h } from "../dom.js";
import type { Session, View } from "../session.js";
import { Inspector } from "./inspector.js";
import { Topics } from "./topics.js";

/** `missed`: only what came while the reader was away. */
export function openStream(session: Session, which?: string): View {
  const range = which === "missed" ? session.absence.missed?.range : undefined;
  const [topics, inspector] = [new Topics(session), new Inspector(session, range)];
  return {
    title: "Stream",
    root: h("div", { class: "stream" }, h("h1", {}, "Stream"), topics.root, inspector.root),
    close: () => {
      topics.close();
      inspector.close();
    },
  };
}
