/**
 * Who looks: a token or key from the address's fragment (`#token=…`, which no server sees) or typed in. It lives as
 * long as the tab and never stays in the address.
 */

const PLACE = "tidegate-token";

/** What a token says about itself; nothing is checked here. */
export interface Claims {
  readonly sub?: string;
  readonly role?: string;
  readonly exp?: number;
}

/** Moves a token from the address into the tab's memory. */
export function takeFromAddress(): void {
  const found = /^#token=([^&]+)/.exec(location.hash);
  if (!found?.[1]) return;
  keep(decodeURIComponent(found[1]));
  history.replaceState(null, "", `${location.pathname}#/work`);
}

export const token = (): string | null => sessionStorage.getItem(PLACE);
export const keep = (value: string): void => sessionStorage.setItem(PLACE, value);
export const forget = (): void => sessionStorage.removeItem(PLACE);

/** The claims of a JSON Web Token; of a key there are none. */
export function claimsOf(value: string): Claims {
  try {
    const payload = (value.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/");
    return JSON.parse(atob(payload)) as Claims;
  } catch {
    return {};
  }
}
