/** How long changes take to be seen, as bars; the share of each class in words for those who do not see them. */
import uPlot from "uplot";
import { h, setText } from "../dom.js";
import { colour, onTheme } from "../theme.js";
import { BOUNDS_MS } from "./meter.js";

const HEIGHT = 150;
const LAST = BOUNDS_MS.length;
const LABELS = [...BOUNDS_MS.map((bound) => (bound < 1000 ? `${bound}` : `${bound / 1000} s`)), "more"];

export class Histogram {
  readonly root: HTMLElement;
  readonly #place = h("div", { class: "chart-place", "aria-hidden": "true" });
  readonly #said = h("p", { class: "legend" }, "No change by a person was seen yet.");
  readonly #observer = new ResizeObserver(() => this.#fit());
  readonly #stopTheme: () => void;
  #plot: uPlot | undefined;
  #counts: readonly number[] = LABELS.map(() => 0);

  constructor(title: string) {
    const caption = h("figcaption", {}, h("h2", {}, title), this.#said);
    this.root = h("figure", { class: "panel chart" }, caption, this.#place);
    this.#observer.observe(this.#place);
    this.#stopTheme = onTheme(() => this.#draw());
  }

  show(counts: readonly number[]): void {
    this.#counts = counts;
    const total = counts.reduce((sum, count) => sum + count, 0);
    if (total)
      setText(this.#said, `${total} changes: ${within(counts, total, 0.5)}, ${within(counts, total, 0.95)}`);
    if (this.#plot) this.#plot.setData(this.#data());
    else this.#draw();
  }

  close(): void {
    this.#observer.disconnect();
    this.#stopTheme();
    this.#plot?.destroy();
  }

  #data(): uPlot.AlignedData {
    return [LABELS.map((_, at) => at), [...this.#counts]];
  }

  #fit(): void {
    const { clientWidth: width } = this.#place;
    if (width > 0) this.#plot?.setSize({ width, height: HEIGHT });
  }

  #draw(): void {
    this.#plot?.destroy();
    const axis = { stroke: colour("faint"), ticks: { show: false }, font: "11px system-ui, sans-serif" };
    const bars = uPlot.paths.bars?.({ size: [0.7, 60] });
    const options: uPlot.Options = {
      width: this.#place.clientWidth || 320,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      padding: [8, 12, 0, 0],
      scales: {
        x: { time: false, range: [-0.6, LAST + 0.6] },
        y: { range: (_, __, max) => [0, Math.max(1, (max ?? 0) * 1.1)] },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 26,
          splits: () => LABELS.map((_, at) => at),
          values: () => LABELS,
        },
        { ...axis, grid: { stroke: colour("line"), width: 1 }, size: 44 },
      ],
      series: [
        {},
        {
          fill: colour("accent"),
          stroke: colour("accent"),
          width: 0,
          points: { show: false },
          ...(bars ? { paths: bars } : {}),
        },
      ],
    };
    this.#plot = new uPlot(options, this.#data(), this.#place);
  }
}

/** "half within 20 ms" */
function within(counts: readonly number[], total: number, share: number): string {
  let sum = 0;
  const at = counts.findIndex((count) => {
    sum += count;
    return sum >= total * share;
  });
  const bound = BOUNDS_MS[at];
  const name = share === 0.5 ? "half" : `${share * 100} %`;
  return bound === undefined ? `${name} later than ${BOUNDS_MS[LAST - 1]} ms` : `${name} within ${bound} ms`;
}
