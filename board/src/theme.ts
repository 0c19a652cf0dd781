/** Light, dark, or as the system says. */

const CHOICES = ["auto", "light", "dark"] as const;
type Choice = (typeof CHOICES)[number];
const PLACE = "tidegate-theme";

const dark = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

const chosen = (): Choice => CHOICES.find((choice) => choice === localStorage.getItem(PLACE)) ?? "auto";

function show(button: HTMLButtonElement): void {
  const choice = chosen();
  document.documentElement.dataset.theme = choice;
  button.textContent = { auto: "◐ Auto", light: "☀ Light", dark: "☾ Dark" }[choice];
  button.setAttribute("aria-label", `Colours: ${choice}. Change`);
  for (const listener of listeners) listener();
}

/** Makes a button the switch. */
export function mountTheme(button: HTMLButtonElement): void {
  button.addEventListener("click", () => {
    const next = CHOICES[(CHOICES.indexOf(chosen()) + 1) % CHOICES.length] as Choice;
    localStorage.setItem(PLACE, next);
    show(button);
  });
  dark.addEventListener("change", () => show(button));
  show(button);
}

/** For what is drawn rather than styled. Answers how to stop. */
export function onTheme(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What a custom colour is right now. */
export function colour(name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}
