/** The flame graph: d3-flame-graph with this page's settings. */
import flamegraph from "d3-flame-graph";
import { select } from "d3-selection";

import type { TreeNode } from "./tree.ts";

/** A box, in the form of d3-hierarchy. */
export interface Box {
  data: TreeNode;
  highlight?: boolean;
}

/** The page's settings for the graph. */
export interface GraphOptions {
  /** Returns the colour of a box. */
  colorOf: (node: TreeNode, isFound: boolean) => string;
  /** Whether callers stand above callees. */
  isInverted: boolean;
  onHover: (event: MouseEvent | undefined, node: TreeNode | undefined) => void;
  onZoom: (node: TreeNode) => void;
}

/** The height of a box, in pixels. */
const BOX = 21;

/** Boxes narrower than this are left out until they are zoomed to, in pixels. */
const NARROWEST = 1;

/** A flame graph on the page. */
export class FlameGraph {
  readonly #place: HTMLElement;
  readonly #isInverted: boolean;
  readonly #chart;

  constructor(place: HTMLElement, root: TreeNode, options: GraphOptions) {
    const { colorOf, isInverted, onHover, onZoom } = options;
    this.#place = place;
    this.#isInverted = isInverted;
    place.replaceChildren();
    const tip = Object.assign(() => {}, {
      show: (event: MouseEvent, { data }: Box) => onHover(event, data),
      hide: () => onHover(undefined, undefined),
    });
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#chart = flamegraph()
      .width(this.#width())
      .cellHeight(BOX)
      .minFrameSize(NARROWEST)
      .inverted(isInverted)
      .resetHeightOnZoom(true)
      .transitionDuration(isCalm ? 0 : 250)
      .tooltip(tip)
      .setColorMapper((box: Box) => colorOf(box.data, box.highlight === true))
      .onClick(({ data }: Box) => {
        this.#showRoot();
        onZoom(data);
      });
    select(place).datum(root).call(this.#chart);
    this.#showRoot();
  }

  /** Highlights the boxes that are found; `undefined` ends it. */
  highlight(isFound: ((node: TreeNode) => boolean) | undefined): void {
    // The library would count the found boxes for its own line, but the page counts them itself.
    this.#chart.setSearchHandler(() => {});
    this.#chart.setSearchMatch(({ data }: Box) => isFound?.(data) ?? false);
    this.#chart.search("found");
  }

  resetZoom(): void {
    this.#chart.resetZoom();
    this.#showRoot();
  }

  /** Fits the graph to the width of the window. */
  resize(): void {
    this.#chart.width(this.#width()).update();
  }

  #width(): number {
    const { paddingLeft, paddingRight } = getComputedStyle(this.#place);
    return Math.floor(
      this.#place.clientWidth - parseFloat(paddingLeft) -
        parseFloat(paddingRight),
    );
  }

  /** Scrolls to the outermost frames, where a reader begins. */
  #showRoot(): void {
    this.#place.scrollTop = this.#isInverted ? 0 : this.#place.scrollHeight;
  }
}
