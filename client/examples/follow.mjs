import { connect } from "@tidegate/client";
import { WebSocket } from "ws"; // browsers, and Node from 22 on, have their own

const { TIDEGATE_URL: url, TIDEGATE_TOKEN: token } = process.env;
const client = connect({ url, token, WebSocket });
client.store.listen(({ changes }) => {
  for (const { kind, id, after } of changes) console.log(kind, id, after?.name ?? after?.title);
});
await client.live();
const [branch] = client.store.all("branches").values();
await client.update({
  entity: "task",
  action: "create",
  data: { git_branch_id: branch.id, title: "Say hello" },
});
client.close();
