import type { Source } from "@tidegate/client";

/** Things that light up at a time: more would be noise, and a shadow is dear to draw. */
const AT_ONCE = 12;
const LIGHT_MS = 1100;

const still = matchMedia("(prefers-reduced-motion: reduce)");
const lit = new Set<Element>();

/** Lights up what changed, in the colour of who changed it. Nothing moves for those who asked for that. */
export function light(element: HTMLElement, source: Source): void {
  if (still.matches || document.hidden || lit.has(element) || lit.size >= AT_ONCE) return;
  lit.add(element);
  const colour = `var(--${source})`;
  const animation = element.animate(
    [{ boxShadow: `0 0 0 2px ${colour}` }, { boxShadow: "0 0 0 2px transparent" }],
    {
      duration: LIGHT_MS,
      easing: "ease-out",
    },
  );
  // Also when the element went away meanwhile.
  const over = (): boolean => lit.delete(element);
  animation.finished.then(over, over);
}
