/** A small chart with its figures in words; the picture is for those who see it, the words for all. */
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { h, setText } from "../dom.js";
import { colour, onTheme } from "../theme.js";
import { timeOf } from "../words.js";
import { SECONDS, type Series } from "./meter.js";

export interface Line {
  readonly label: string;
  /** A colour of the theme. */
  readonly colour: string;
}

const HEIGHT = 150;

export class Chart {
  readonly root: HTMLElement;
  readonly #place = h("div", { class: "chart-place", "aria-hidden": "true" });
  readonly #figures: HTMLElement[];
  readonly #observer = new ResizeObserver(() => this.#fit());
  readonly #stopTheme: () => void;
  #plot: uPlot | undefined;
  #data: uPlot.AlignedData = [[]];

  constructor(
    title: string,
    readonly unit: string,
    readonly lines: readonly Line[],
    /** Seconds that it is wide. */
    readonly span = SECONDS,
  ) {
    this.#figures = lines.map(() => h("b", {}, "–"));
    const legend = lines.map(({ label, colour: name }, at) => {
      const dot = h("i", { class: "dot" });
      dot.style.background = `var(--${name})`;
      return h("li", {}, dot, `${label} `, this.#figures[at]);
    });
    const caption = h("figcaption", {}, h("h2", {}, title), h("ul", { class: "legend" }, ...legend));
    this.root = h("figure", { class: "panel chart" }, caption, this.#place);
    this.#observer.observe(this.#place);
    this.#stopTheme = onTheme(() => this.#draw());
  }

  show(times: readonly number[], ...series: readonly Series[]): void {
    this.#data = [[...times], ...series.map((values) => [...values])] as uPlot.AlignedData;
    series.forEach((values, at) => {
      const last = values.findLast((value) => value !== null);
      const figure = this.#figures[at];
      if (figure) setText(figure, typeof last === "number" ? `${round(last)} ${this.unit}` : "–");
    });
    if (this.#plot) this.#plot.setData(this.#data);
    else this.#draw();
  }

  close(): void {
    this.#observer.disconnect();
    this.#stopTheme();
    this.#plot?.destroy();
  }

  #fit(): void {
    const { clientWidth: width } = this.#place;
    if (width > 0) this.#plot?.setSize({ width, height: HEIGHT });
  }

  #draw(): void {
    this.#plot?.destroy();
    const grid = { stroke: colour("line"), width: 1 };
    const axis = {
      stroke: colour("faint"),
      grid,
      ticks: { show: false },
      font: "11px system-ui, sans-serif",
    };
    const options: uPlot.Options = {
      width: this.#place.clientWidth || 320,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      padding: [8, 26, 0, 0],
      scales: {
        x: { range: (_, __, max) => [(max ?? 0) - this.span, max ?? 0] },
        y: { range: (_, __, max) => [0, Math.max(1, (max ?? 0) * 1.1)] },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          space: 70,
          size: 26,
          values: (_, times) => times.map((at) => timeOf(at * 1000).slice(0, this.span > SECONDS ? 5 : 8)),
        },
        { ...axis, size: 44 },
      ],
      series: [
        {},
        ...this.lines.map(({ label, colour: name }) => ({
          label,
          stroke: colour(name),
          width: 1.5,
          points: { show: false },
          spanGaps: true,
        })),
      ],
    };
    this.#plot = new uPlot(options, this.#data, this.#place);
  }
}

const round = (value: number): string =>
  value < 10 ? value.toFixed(1).replace(/\.0$/, "") : String(Math.round(value));
