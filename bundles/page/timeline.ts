/** Samples over time by kind; a dragged range restricts everything else. */
import { PAGE_KINDS } from "../../lib/report/page/page_data.ts";
import type { Palette } from "./colors.ts";

/** A range of stretches: the first, and the one behind the last. */
export type Range = readonly [number, number];

/** The drawing of a timeline. */
export interface TimelineDrawing {
  /** Weight by kind and stretch; what no function holds stands at the end. */
  series: readonly Float64Array[];
  range: Range | undefined;
  palette: Palette;
}

/** The events of a timeline. */
export interface TimelineEvents {
  onRange: (range: Range | undefined) => void;
  onHover: (step: number | undefined, event?: MouseEvent) => void;
}

/** A timeline on a canvas. */
export class Timeline {
  readonly #canvas: HTMLCanvasElement;
  readonly #onRange: TimelineEvents["onRange"];
  #drawing: TimelineDrawing | undefined;
  #dragStart: number | undefined;
  #dragged: Range | undefined;

  constructor(canvas: HTMLCanvasElement, { onRange, onHover }: TimelineEvents) {
    this.#canvas = canvas;
    this.#onRange = onRange;
    canvas.addEventListener("pointerdown", (event) => {
      this.#dragStart = this.#stepAt(event);
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointerleave", () => onHover(undefined));
    canvas.addEventListener("pointermove", (event) => {
      onHover(this.#stepAt(event), event);
      if (this.#dragStart === undefined) return;
      const at = this.#stepAt(event);
      const [from, to] = [Math.min(at, this.#dragStart), Math.max(at, this.#dragStart)];
      this.#dragged = [from, to + 1];
      this.draw();
    });
    canvas.addEventListener("pointerup", () => {
      const range = this.#dragged;
      this.#dragStart = this.#dragged = undefined;
      // A click without a drag shows everything again.
      this.#onRange(range);
    });
    canvas.addEventListener("pointercancel", () => {
      this.#dragStart = this.#dragged = undefined;
      this.draw();
    });
    canvas.addEventListener("keydown", (event) => this.#onKey(event));
  }

  show(drawing: TimelineDrawing): void {
    this.#drawing = drawing;
    this.draw();
  }

  draw(): void {
    if (this.#drawing === undefined) return;
    const { palette, series } = this.#drawing;
    const canvas = this.#canvas;
    const { clientWidth: width, clientHeight: height } = canvas;
    const density = devicePixelRatio;
    canvas.width = width * density;
    canvas.height = height * density;
    const context = canvas.getContext("2d")!;
    context.scale(density, density);
    // As many stretches in each column: otherwise their heights would differ in waves.
    const group = Math.max(1, Math.ceil(this.#steps / (width / 2)));
    const heights = series.map((values) => sumsOf(values, group));
    const sums = heights[0]!.map((_, i) => heights.reduce((sum, all) => sum + all[i]!, 0));
    const most = sums.reduce((most, sum) => Math.max(most, sum), 1e-9);
    const columnWidth = width * group / this.#steps;
    for (let i = 0; i < sums.length; i++) {
      let y = height;
      heights.forEach((values, kind) => {
        const part = values[i]! / most * (height - 2);
        if (part === 0) return;
        context.fillStyle = palette.kind(PAGE_KINDS[kind]);
        context.fillRect(i * columnWidth, y - part, Math.max(1, columnWidth - 0.4), part);
        y -= part;
      });
    }
    const range = this.#dragged ?? this.#drawing.range;
    if (range === undefined) return;
    const [from, to] = range.map((step) => step / this.#steps * width) as [number, number];
    context.fillStyle = palette.panel;
    context.globalAlpha = 0.72;
    context.fillRect(0, 0, from, height);
    context.fillRect(to, 0, width - to, height);
    context.globalAlpha = 1;
    context.fillStyle = palette.accent;
    context.fillRect(from - 1, 0, 2, height);
    context.fillRect(to - 1, 0, 2, height);
  }

  get #steps(): number {
    return this.#drawing?.series[0]?.length ?? 0;
  }

  #stepAt(event: PointerEvent): number {
    const { left, width } = this.#canvas.getBoundingClientRect();
    const step = Math.floor((event.clientX - left) / width * this.#steps);
    return Math.max(0, Math.min(this.#steps - 1, step));
  }

  /** Arrows move the range, with Shift its end. */
  #onKey(event: KeyboardEvent): void {
    const steps = this.#steps;
    const range = this.#drawing?.range;
    if (event.key === "Escape") {
      if (range === undefined) return;
      this.#onRange(undefined);
    } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      const by = Math.ceil(steps / 50) * (event.key === "ArrowLeft" ? -1 : 1);
      const [from, to] = range ?? [0, Math.ceil(steps / 10)];
      if (range === undefined) this.#onRange([from, to]);
      else if (event.shiftKey) {
        this.#onRange([from, Math.max(from + 1, Math.min(steps, to + by))]);
      } else {
        const moved = Math.max(-from, Math.min(steps - to, by));
        this.#onRange([from + moved, to + moved]);
      }
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** Sums of as many stretches each. */
function sumsOf(values: Float64Array, group: number): Float64Array {
  const sums = new Float64Array(Math.ceil(values.length / group));
  values.forEach((value, i) => sums[Math.floor(i / group)]! += value);
  return sums;
}
