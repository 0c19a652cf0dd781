import { connect } from "@tidegate/client";
import { WebSocket } from "ws"; // browsers, and Node from 22 on, have their own

const { TIDEGATE_URL: url, TIDEGATE_TOKEN: token } = process.env;
const tide = connect({ url, token, WebSocket });
tide.store.listen(({ changes }) => {
  for (const { kind, id, after } of changes) console.log(kind, id, after?.name ?? after?.title);
});
await tide.live();
const [branch] = tide.store.all("branches").values();
await tide.update({
  entity: "task",
  action: "create",
  data: { git_branch_id: branch.id, title: "Say hello" },
});
tide.close();
