import type { Metadata } from "./protocol.js";

/** What was received on one topic. */
export interface Chain {
  /** The last message's `sequence`; null before the first one. It may decrease: the two lanes overtake each other. */
  readonly last: number | null;
  /** Everything up to here was received. */
  readonly position: number;
  /** The highest sequence that was heard of. */
  readonly seen: number;
}

/** How a message continues a chain. */
export type Link =
  /** It follows; this is the chain with it. */
  | { readonly kind: "next"; readonly chain: Chain }
  /** It was received before. */
  | { readonly kind: "repeat" }
  /** Something before it is missing. */
  | { readonly kind: "gap" };

/** A chain that starts from a snapshot or a resume: everything up to `position` is known. */
export const chainFrom = (position: number): Chain => ({ last: null, position, seen: position });

/** The chain whose topic has nothing more up to `position`. */
export const chainAt = (chain: Chain, position: number): Chain => ({
  ...chain,
  position: Math.max(chain.position, position),
  seen: Math.max(chain.seen, position),
});

/** Whether a message is the next one of its topic. */
export function link(chain: Chain, sequence: number, metadata: Metadata): Link {
  if (sequence <= chain.position || sequence === chain.last) return { kind: "repeat" };
  const previous = metadata.previous ?? 0;
  const follows = chain.last === null ? previous <= chain.position : previous === chain.last;
  if (!follows) return { kind: "gap" };
  const { seen, position } = chainAt(chain, metadata.position ?? 0);
  return { kind: "next", chain: { last: sequence, position, seen: Math.max(seen, sequence) } };
}
