/** Upper bounds of the delays before the next attempts, in milliseconds; the last one stays. */
export const DELAYS = [1_000, 2_000, 5_000, 10_000, 30_000] as const;

/**
 * How long to wait after so many failures: anything between nothing and the bound ("full jitter"), so that the
 * clients of a restarted node do not come back together.
 *
 * @param failures at least 1
 * @param random in [0, 1)
 */
export function backoff(failures: number, random: number): number {
  return random * (DELAYS[Math.min(failures, DELAYS.length) - 1] ?? 0);
}
