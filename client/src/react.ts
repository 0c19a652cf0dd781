/** `@tidegate/client/react`: components that show what the store does, and nothing else. */
import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import type { BranchSummary, Client, ConnectionState, ProjectSummary } from "./index.js";
import type { BodyOf } from "./store.js";

/** One thing of any kind; rendered again when that very thing changes. */
export function useThing<K extends string>(client: Client, kind: K, id: string): BodyOf<K> | undefined {
  const { store } = client;
  const listen = useCallback(
    (changed: () => void) =>
      store.listen(({ changes }) => {
        if (changes.some((change) => change.kind === kind && change.id === id)) changed();
      }),
    [store, kind, id],
  );
  const read = (): BodyOf<K> | undefined => store.get(kind, id);
  return useSyncExternalStore(listen, read, read);
}

/** A branch with its totals. */
export const useBranch = (client: Client, id: string): BranchSummary | undefined =>
  useThing(client, "branches", id);

/** A project with its totals. */
export const useProject = (client: Client, id: string): ProjectSummary | undefined =>
  useThing(client, "projects", id);

/** How the client and the service stand to each other; `position` and `lag` are of the last change of `status`. */
export function useConnection(client: Client): ConnectionState {
  const [state, setState] = useState(client.state);
  useEffect(() => {
    setState(client.state);
    return client.on("state", setState);
  }, [client]);
  return state;
}
