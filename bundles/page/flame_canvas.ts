/** A flame graph on a canvas: a hundred thousand stacks are too many elements. */
import { boxAt, layOut, type Row } from "./box_layout.ts";
import type { CallTree } from "./call_tree.ts";
import type { Palette } from "./colors.ts";

/** Height of a box, in pixels. */
const ROW = 20;
/** Width of a box from which on it has a label. */
const LABELLED = 26;

/** The drawing of a tree. */
export interface Drawing {
  tree: CallTree;
  palette: Palette;
  /** Index of the node that is zoomed to. */
  zoomed: number;
  isFlipped: boolean;
  labelOf: (node: number) => string;
  colorOf: (node: number) => string;
  /** Whether a box is marked as inlined. */
  isInlined: (node: number) => boolean;
}

/** The events of a graph; nodes are indices in the tree. */
export interface FlameEvents {
  onHover: (node: number | undefined, event?: MouseEvent) => void;
  /** The keyboard has moved to a box. */
  onFocus: (node: number) => void;
  onChoose: (node: number) => void;
  onReset: () => void;
}

/** Draws the part of a flame graph that is in view. */
export class FlameCanvas {
  readonly #scroller: HTMLElement;
  readonly #canvas: HTMLCanvasElement;
  readonly #spacer: HTMLElement;
  readonly #events: FlameEvents;
  #drawing: Drawing | undefined;
  #rows: Row[] = [];
  #width = 0;
  #focused = 0;
  #hovered: number | undefined;
  /** Whether it is scrolled to the bottom, where a flipped graph has its root. */
  #isAtEnd = true;

  constructor(scroller: HTMLElement, events: FlameEvents) {
    this.#scroller = scroller;
    this.#canvas = scroller.querySelector("canvas")!;
    this.#spacer = scroller.querySelector(".spacer")!;
    this.#events = events;
    scroller.addEventListener("scroll", () => {
      this.#isAtEnd = scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight - 1;
      this.draw();
    });
    new ResizeObserver(() => this.resize()).observe(scroller);
    this.#canvas.addEventListener("mousemove", (event) => {
      const node = this.#nodeUnder(event);
      if (node !== this.#hovered) {
        this.#hovered = node;
        this.draw();
      }
      events.onHover(node, event);
    });
    this.#canvas.addEventListener("mouseleave", () => {
      this.#hovered = undefined;
      this.draw();
      events.onHover(undefined);
    });
    this.#canvas.addEventListener("click", (event) => {
      const node = this.#nodeUnder(event);
      if (node !== undefined) events.onChoose(this.#focused = node);
    });
    this.#canvas.addEventListener("focus", () => this.draw());
    this.#canvas.addEventListener("blur", () => this.draw());
    this.#canvas.addEventListener("keydown", (event) => this.#onKey(event));
  }

  /** Shows a tree, or another part of it. */
  show(drawing: Drawing): void {
    const isNew = this.#drawing?.tree !== drawing.tree ||
      this.#drawing.isFlipped !== drawing.isFlipped;
    this.#drawing = drawing;
    if (isNew) this.#hovered = undefined;
    this.#focused = drawing.zoomed;
    if (isNew) this.#isAtEnd = drawing.isFlipped;
    this.resize();
    if (isNew && !drawing.isFlipped) this.#scroller.scrollTop = 0;
  }

  /** Fits the graph to the width of its place. */
  resize(): void {
    if (this.#drawing === undefined) return;
    this.#width = this.#scroller.clientWidth;
    const { tree, zoomed } = this.#drawing;
    this.#rows = layOut(tree, zoomed, this.#width);
    this.#spacer.style.height = `${this.#height}px`;
    const { isFlipped } = this.#drawing;
    if (isFlipped && this.#isAtEnd) this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.draw();
  }

  draw(): void {
    if (this.#drawing === undefined) return;
    const { palette } = this.#drawing;
    const canvas = this.#canvas;
    const height = this.#scroller.clientHeight;
    const density = devicePixelRatio;
    canvas.width = this.#width * density;
    canvas.height = height * density;
    canvas.style.width = `${this.#width}px`;
    canvas.style.height = `${height}px`;
    const context = canvas.getContext("2d")!;
    context.scale(density, density);
    context.font = `12px ${getComputedStyle(canvas).fontFamily}`;
    context.textBaseline = "middle";
    const character = context.measureText("abcdefgmoSW.").width / 12;
    const top = this.#scroller.scrollTop;
    this.#rows.forEach((row, depth) => {
      const y = this.#y(depth) - top;
      if (y < -ROW || y > height) return;
      for (let i = 0; i < row.node.length; i++) this.#drawBox(context, { row, i, y, character });
    });
    context.strokeStyle = palette.text;
    context.lineWidth = 2;
    if (document.activeElement === canvas) this.#outline(context, this.#focused);
    context.lineWidth = 1;
    if (this.#hovered !== undefined) this.#outline(context, this.#hovered);
  }

  #drawBox(
    context: CanvasRenderingContext2D,
    { row, i, y, character }: { row: Row; i: number; y: number; character: number },
  ): void {
    const { colorOf, labelOf, isInlined, palette } = this.#drawing!;
    const node = row.node[i]!;
    const x = row.x[i]!;
    // A gap tells boxes apart, where there is room for one.
    const width = row.width[i]! > 3 ? row.width[i]! - 1 : row.width[i]!;
    context.fillStyle = colorOf(node);
    context.fillRect(x, y, width, ROW - 1);
    if (isInlined(node) && width > 3) {
      context.fillStyle = palette.ink;
      for (let at = x; at < x + width - 2; at += 6) context.fillRect(at, y + ROW - 3, 3, 2);
    }
    if (width < LABELLED) return;
    const room = Math.floor((width - 8) / character);
    const label = labelOf(node);
    context.fillStyle = palette.ink;
    const text = label.length > room ? `${label.slice(0, room - 1)}…` : label;
    context.fillText(text, x + 4, y + ROW / 2, width - 6);
  }

  #outline(context: CanvasRenderingContext2D, node: number): void {
    const depth = this.#drawing!.tree.depth[node]!;
    const row = this.#rows[depth];
    const at = row?.node.indexOf(node) ?? -1;
    if (row === undefined || at < 0) return;
    const y = this.#y(depth) - this.#scroller.scrollTop;
    context.strokeRect(row.x[at]! + 1, y + 1, Math.max(1, row.width[at]! - 3), ROW - 3);
  }

  get #height(): number {
    return this.#rows.length * ROW + 4;
  }

  #y(depth: number): number {
    if (!this.#drawing!.isFlipped) return depth * ROW + 2;
    // A low graph stands on the ground, too.
    const height = Math.max(this.#height, this.#scroller.clientHeight);
    return height - (depth + 1) * ROW - 2;
  }

  #nodeUnder(event: MouseEvent): number | undefined {
    const { left, top } = this.#canvas.getBoundingClientRect();
    const y = event.clientY - top + this.#scroller.scrollTop;
    const depth = this.#rows.findIndex((_, depth) =>
      y >= this.#y(depth) && y < this.#y(depth) + ROW
    );
    const row = this.#rows[depth];
    if (row === undefined) return undefined;
    return row.node[boxAt(row, event.clientX - left)];
  }

  #onKey(event: KeyboardEvent): void {
    if (this.#drawing === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const { tree, isFlipped } = this.#drawing;
    const depth = tree.depth[this.#focused]!;
    const row = this.#rows[depth];
    const at = row?.node.indexOf(this.#focused) ?? -1;
    const inward = () => {
      const next = this.#rows[depth + 1];
      return next?.node.find((node) => tree.parent[node] === this.#focused);
    };
    const outward = () => depth === 0 ? undefined : tree.parent[this.#focused];
    const keys: Record<string, () => number | undefined> = {
      ArrowDown: isFlipped ? outward : inward,
      ArrowUp: isFlipped ? inward : outward,
      ArrowLeft: () => row?.node[at - 1],
      ArrowRight: () => row?.node[at + 1],
      Home: () => 0,
    };
    if (event.key === "Enter" || event.key === " ") this.#events.onChoose(this.#focused);
    else if (event.key === "Escape") this.#events.onReset();
    else if (event.key in keys) {
      const node = keys[event.key]!();
      if (node !== undefined) {
        this.#focused = node;
        this.#scrollTo(tree.depth[node]!);
        this.draw();
        this.#events.onFocus(node);
      }
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #scrollTo(depth: number): void {
    const y = this.#y(depth);
    const { scrollTop, clientHeight } = this.#scroller;
    if (y < scrollTop) this.#scroller.scrollTop = y;
    else if (y + ROW > scrollTop + clientHeight) this.#scroller.scrollTop = y + ROW - clientHeight;
  }
}
