import type { Source } from "@tidegate/client";

/** Things that light up in one frame; more at once would be noise. */
const AT_ONCE = 24;
const LIGHT_MS = 1100;

const still = matchMedia("(prefers-reduced-motion: reduce)");
const lit = new WeakMap<Element, number>();
let frame = 0;
let inFrame = 0;

/** Lights up what changed, in the colour of who changed it. Nothing moves for those who asked for that. */
export function light(element: HTMLElement, source: Source): void {
  const now = performance.now();
  if (still.matches || document.hidden || now - (lit.get(element) ?? -LIGHT_MS) < LIGHT_MS / 2) return;
  if (now - frame > 16) {
    frame = now;
    inFrame = 0;
  }
  inFrame += 1;
  if (inFrame > AT_ONCE) return;
  lit.set(element, now);
  const colour = `var(--${source})`;
  element.animate([{ boxShadow: `0 0 0 2px ${colour}` }, { boxShadow: "0 0 0 2px transparent" }], {
    duration: LIGHT_MS,
    easing: "ease-out",
  });
}
