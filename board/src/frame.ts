/**
 * Rendering, at most once a frame: whatever changes in between is drawn together. A hidden page draws nothing.
 */

const jobs = new Set<() => void>();

/** Runs a job with the next frame, once, however often it is asked for. */
export function onFrame(job: () => void): void {
  if (!jobs.size) requestAnimationFrame(run);
  jobs.add(job);
}

function run(): void {
  const due = [...jobs];
  jobs.clear();
  for (const job of due) job();
}

/** Runs a job with a frame, but not sooner than so many milliseconds after the last time. */
export function calmly(job: () => void, pause: number): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let last = Number.NEGATIVE_INFINITY;
  const now = (): void => {
    timer = undefined;
    last = performance.now();
    onFrame(job);
  };
  return () => {
    if (timer === undefined) timer = setTimeout(now, Math.max(0, last + pause - performance.now()));
  };
}
