import { kindOf } from "./facts.js";
import type { Body, Change } from "./protocol.js";

/** What a write is expected to do to one thing. */
export interface Effect {
  readonly kind: string;
  readonly id: string;
  /** Fields to lay over it; null: it goes. */
  readonly fields: Readonly<Record<string, unknown>> | null;
  /** It may not exist yet. */
  readonly creates?: boolean;
}

/** A write that the stream did not show yet. */
export interface Patch {
  /** The correlation id of the write. */
  readonly id: string;
  readonly effects: readonly Effect[];
  /** Set once the service acknowledged it; the echo bears the same. */
  readonly txid?: string;
}

/** What a write obviously does: to its own row, not to totals. */
export function effectsOf({ entity, action, data }: Change): Effect[] {
  const { id, ...fields } = data;
  if (typeof id !== "string") return [];
  const kind = kindOf(entity);
  if (action === "delete") return [{ kind, id, fields: null }];
  return [{ kind, id, fields, creates: action === "create" }];
}

/** What is shown: the base with the pending patches on it, in order. */
export function fold(
  base: Body | undefined,
  patches: Iterable<Patch>,
  kind: string,
  id: string,
): Body | undefined {
  let body = base;
  for (const { effects } of patches) {
    for (const effect of effects) {
      if (effect.kind !== kind || effect.id !== id) continue;
      if (!effect.fields) body = undefined;
      else if (body || effect.creates) body = { ...body, ...effect.fields, id };
    }
  }
  return body;
}
