/** The page: connects what is chosen with what is drawn. */
import type { FrameKind } from "../../lib/recording/frame.ts";
import { drawAnswer } from "./answer.ts";
import { nodeAt, pathTo } from "./box_layout.ts";
import { drawCalls } from "./call_pane.ts";
import { Palette } from "./colors.ts";
import { copyOnClick } from "./copy_button.ts";
import { element, make } from "./elements.ts";
import { FlameCanvas } from "./flame_canvas.ts";
import { drawFunctions, functionText } from "./function_pane.ts";
import { searchText } from "./functions.ts";
import { GraphStyle } from "./graph_style.ts";
import { drawKinds } from "./kind_bar.ts";
import { drawLines } from "./line_pane.ts";
import type { Model } from "./model.ts";
import { nextFrame } from "./next_frame.ts";
import { countFound, type Matcher, readSearch } from "./search.ts";
import { drawSource } from "./source_pane.ts";
import { fitState, readState, type State, writeState } from "./state.ts";
import { splitKey } from "./merged_calls.ts";
import { Tabs } from "./tabs.ts";
import { fillThreads } from "./thread_menu.ts";
import { Timeline } from "./timeline.ts";
import { Tip } from "./tip.ts";
import { View } from "./view.ts";
import { amount, percent, ratio, whole } from "./words.ts";

/** Everything on the page below its head. */
export class Page {
  readonly #view: View;
  readonly #model: Model;
  readonly #graph: FlameCanvas;
  readonly #timeline: Timeline;
  readonly #tip = new Tip();
  readonly #graphTabs = new Tabs<State["graph"]>(
    element("graphs"),
    (graph) => this.update({ graph, zoom: [] }),
  );
  readonly #paneTabs = new Tabs<State["pane"]>(element("panes"), (pane) => this.update({ pane }));
  #style!: GraphStyle;
  #palette!: Palette;
  #zoomed = 0;
  #matcher: Matcher | undefined;

  constructor(model: Model) {
    this.#model = model;
    this.#view = new View(model, this.#readAddress());
    this.#graph = new FlameCanvas(element("graph"), {
      onHover: (node, event) => {
        if (node === undefined || event === undefined) this.#tip.hide();
        else this.#tip.show(event, this.#style.describe(node));
      },
      onFocus: (node) => this.#say(node),
      onChoose: (node) => this.#choose(node),
      onReset: () => this.update({ zoom: [] }),
    });
    this.#timeline = new Timeline(element("timeline"), {
      onRange: (range) => this.update({ range }),
      onHover: (step, event) => {
        if (step === undefined || event === undefined) this.#tip.hide();
        else this.#tip.show(event, [this.#timeText(step)]);
      },
    });
    fillThreads(element("thread"), model);
    this.#listen();
  }

  /** Draws everything, as far as the state has it. */
  async start(): Promise<void> {
    this.#readPalette();
    this.#readSearch();
    element<HTMLInputElement>("search").value = this.#view.state.search;
    // Each of these is kept, and takes long in large recordings.
    for (const step of ["weights", "merged", "tree"] as const) {
      void this.#view[step];
      await nextFrame();
    }
    this.#drawGraph();
    await nextFrame();
    this.#drawAround();
    await nextFrame();
    this.#drawPane();
  }

  /** Changes the state, the address and the page. */
  update(change: Partial<State>): void {
    const { state } = this.#view;
    Object.assign(state, change);
    try {
      history.replaceState(null, "", `#${writeState(state)}`);
    } catch {
      // A page inside of another one may have no address of its own.
    }
    this.#draw();
  }

  #readAddress(): State {
    const { functions, threads, stepEnd } = this.#model;
    return fitState(readState(location.hash), {
      functions,
      threads: threads.length,
      steps: stepEnd?.length ?? 0,
    });
  }

  #draw(): void {
    this.#readSearch();
    this.#drawGraph();
    this.#drawAround();
    this.#drawPane();
  }

  #drawGraph(): void {
    const view = this.#view;
    const { state, tree } = view;
    // In the order of time many boxes have one path, so a box goes by its index.
    this.#zoomed = state.graph === "time"
      ? Math.min(state.zoom[0] ?? 0, tree.length - 1)
      : nodeAt(tree, state.zoom);
    const found = new Map<number, boolean>();
    const matcher = this.#matcher;
    const isFound = matcher && ((mark: number) => {
      const { key } = splitKey(this.#model, mark);
      let known = found.get(key);
      if (known === undefined) found.set(key, known = matcher(searchText(this.#model, key)));
      return known;
    });
    this.#style = new GraphStyle(view, { palette: this.#palette, isFound, zoomed: this.#zoomed });
    this.#graph.show({
      tree,
      palette: this.#palette,
      zoomed: this.#zoomed,
      isFlipped: state.isFlipped,
      labelOf: (node) => this.#style.labelOf(node),
      colorOf: (node) => this.#style.colorOf(node),
      isInlined: (node) => this.#style.isInlined(node),
    });
    this.#say(this.#zoomed);
    element<HTMLButtonElement>("reset").disabled = this.#zoomed === 0;
    if (isFound === undefined) element("found").textContent = "";
    else {
      const { boxes, weight } = countFound(tree, isFound);
      const share = percent(ratio(weight, tree.total[0]!));
      element("found").textContent = `${whole(boxes)} ${boxes === 1 ? "box" : "boxes"}, ${share}`;
    }
  }

  #drawAround(): void {
    const view = this.#view;
    const { state } = view;
    this.#graphTabs.show(state.graph);
    this.#paneTabs.show(state.pane);
    for (const [id, isOn] of this.#toggles()) {
      element(id).setAttribute("aria-pressed", String(isOn));
    }
    element<HTMLSelectElement>("thread").value = state.thread;
    element("copy").hidden = element("all").hidden = state.pane !== "functions";
    element("chosen").textContent = state.range === undefined
      ? ""
      : `${this.#rangeText(state.range)} · ${
        whole(view.weights.now.samples)
      } samples; Escape or a click shows all`;
    drawAnswer(element("answer"), view, (fn, line) => this.#lookAt(fn, line));
    drawKinds(element("kinds"), view, (kind) => this.#toggleKind(kind));
    if (this.#model.stepEnd !== undefined) {
      this.#timeline.show({ series: view.series, range: state.range, palette: this.#palette });
    }
  }

  #drawPane(): void {
    const view = this.#view;
    const place = element("pane");
    const { pane, sort, showsAll } = view.state;
    place.setAttribute("aria-label", document.querySelector(`[data-name="${pane}"]`)!.textContent!);
    const matcher = this.#matcher;
    if (pane === "functions") {
      drawFunctions(place, view, {
        matcher,
        onChoose: (fn) => this.#lookAt(fn),
        onSort: (next) => {
          this.update({ sort: next });
          place.querySelector<HTMLElement>("th[aria-sort] button")?.focus();
        },
      });
      if (!showsAll && sort === "self" && matcher === undefined) place.scrollTop = 0;
    } else if (pane === "lines") {
      drawLines(place, view, { matcher, onChoose: (fn, line) => this.#lookAt(fn, line) });
    } else if (pane === "source") drawSource(place, view);
    else {
      drawCalls(place, view, (fn) => {
        this.update({ fn, line: undefined });
        place.focus({ preventScroll: true });
      });
    }
  }

  /** A box: it is zoomed to, and its source is shown. */
  #choose(node: number): void {
    const { state, tree } = this.#view;
    const { key } = splitKey(this.#model, tree.key[node]!);
    const zoom = state.graph === "time" ? [node] : pathTo(tree, node);
    this.#tip.hide();
    if (key >= this.#model.functions) return this.update({ zoom });
    const hasSource = this.#model.fnFile[key]! > 0 && state.pane !== "calls";
    this.update({ zoom, fn: key, line: undefined, ...hasSource ? { pane: "source" } : {} });
  }

  #lookAt(fn: number, line?: number): void {
    this.update({ fn, line, pane: "source" });
    // The pressed button is gone, so the keyboard goes on in the source.
    element("pane").focus({ preventScroll: true });
    element("pane").scrollIntoView({ block: "nearest" });
  }

  #say(node: number): void {
    const [name, ...rest] = this.#style.describe(node);
    element("details").replaceChildren(
      make("b", {}, name!),
      ` ${rest.filter(Boolean).join(" · ")}`,
    );
  }

  #timeText(step: number): string {
    const { timeline } = this.#model.data;
    return amount(step * (timeline?.step ?? 0), { unit: "nanoseconds" });
  }

  /** The times of a range, from the first sample on. */
  #rangeText(range: readonly [number, number]): string {
    return range.map((step) => this.#timeText(step)).join(" to ");
  }

  #toggleKind(kind: FrameKind): void {
    const hidden = new Set(this.#view.state.hidden);
    if (!hidden.delete(kind)) hidden.add(kind);
    this.update({ hidden });
    // The button has been drawn anew.
    element("kinds").querySelector<HTMLElement>(`[data-kind="${kind}"]`)?.focus();
  }

  /** Buttons that are on or off. */
  #toggles(): [id: string, isOn: boolean, change: Partial<State>][] {
    const { isFlipped, showsTiers, showsAll, showsBefore, comparesShares } = this.#view.state;
    return [
      ["flip", isFlipped, { isFlipped: !isFlipped }],
      ["tiers", showsTiers, { showsTiers: !showsTiers, zoom: [] }],
      ["all", showsAll, { showsAll: !showsAll }],
      ["before", showsBefore, { showsBefore: !showsBefore }],
      ["shares", comparesShares, { comparesShares: !comparesShares }],
    ];
  }

  #listen(): void {
    for (const [i, [id]] of this.#toggles().entries()) {
      element(id).addEventListener("click", () => this.update(this.#toggles()[i]![2]));
    }
    const search = element<HTMLInputElement>("search");
    let waiting = 0;
    search.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => this.update({ search: search.value }), 150);
    });
    element("reset").addEventListener("click", () => this.update({ zoom: [] }));
    const menu = element<HTMLSelectElement>("thread");
    menu.addEventListener("change", () => this.update({ thread: menu.value }));
    copyOnClick(element("copy"), () => functionText(this.#view, this.#matcher));
    addEventListener("resize", () => this.#timeline.draw());
    addEventListener("hashchange", () => {
      Object.assign(this.#view.state, this.#readAddress());
      search.value = this.#view.state.search;
      this.#draw();
    });
    addEventListener("keydown", (event) => {
      if (document.activeElement === search) return;
      if (event.key === "Escape") this.update({ zoom: [] });
      if (event.key === "/") {
        event.preventDefault();
        search.focus();
      }
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#recolor());
    addEventListener("beforeprint", () => this.#recolor("light"));
    addEventListener("afterprint", () => this.#recolor());
  }

  #readSearch(): void {
    const search = element<HTMLInputElement>("search");
    try {
      this.#matcher = readSearch(this.#view.state.search);
      search.removeAttribute("aria-invalid");
    } catch {
      search.setAttribute("aria-invalid", "true");
    }
  }

  #readPalette(): void {
    this.#palette = new Palette(element("probe"));
  }

  #recolor(scheme = ""): void {
    document.documentElement.style.colorScheme = scheme;
    this.#readPalette();
    this.#drawGraph();
    this.#drawAround();
  }
}
