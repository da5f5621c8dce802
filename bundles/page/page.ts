/** The page: connects what is chosen with what is drawn. */
import type { FrameKind } from "../../lib/recording/frame.ts";
import { drawAnswer } from "./answer.ts";
import { Palette } from "./colors.ts";
import { copyOnClick } from "./copy_button.ts";
import { element } from "./elements.ts";
import { functionText } from "./function_pane.ts";
import { GraphPane } from "./graph_pane.ts";
import { drawKinds } from "./kind_bar.ts";
import type { Model } from "./model.ts";
import { nextFrame } from "./next_frame.ts";
import { runSteps } from "./run_steps.ts";
import { type Matcher, readSearch } from "./search.ts";
import { fitState, readState, type State, writeState } from "./state.ts";
import { TablePane } from "./table_pane.ts";
import { Tabs } from "./tabs.ts";
import { fillThreads } from "./thread_menu.ts";
import { Timeline } from "./timeline.ts";
import { Tip } from "./tip.ts";
import { View } from "./view.ts";
import { amount, whole } from "./words.ts";

/** Everything on the page below its head. */
export class Page {
  readonly #view: View;
  readonly #model: Model;
  readonly #graph: GraphPane;
  readonly #tables: TablePane;
  readonly #timeline: Timeline;
  readonly #tip = new Tip();
  readonly #graphTabs = new Tabs<State["graph"]>(
    element("graphs"),
    (graph) => this.update({ graph, zoom: [] }),
  );
  readonly #paneTabs = new Tabs<State["pane"]>(element("panes"), (pane) => this.update({ pane }));
  #palette!: Palette;
  #matcher: Matcher | undefined;
  /** The state that is chosen; it is drawn when all is computed. */
  #wanted: State;

  constructor(model: Model) {
    this.#model = model;
    this.#wanted = this.#readAddress();
    this.#view = new View(model, { ...this.#wanted });
    const update = (change: Partial<State>) => this.update(change);
    this.#graph = new GraphPane(this.#view, this.#tip, update);
    this.#tables = new TablePane(this.#view, update);
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
    await runSteps(this.#view.prepare(), () => true);
    this.#graph.draw(this.#palette, this.#matcher);
    await nextFrame();
    this.#drawAround();
    await nextFrame();
    this.#tables.draw(this.#matcher);
  }

  /**
   * Changes the state, the address and the page. The page stays as it is until all is computed, and
   * takes input meanwhile.
   *
   * @returns Fulfilled when it is drawn, or a newer change has come.
   */
  async update(change: Partial<State>): Promise<void> {
    const known = this.#wanted;
    const isOtherTree = ["thread", "range", "hidden", "showsTiers"].some((name) => name in change);
    // In the order of time a box goes by its index, which is another one in another tree.
    const zoom = known.graph === "time" && isOtherTree ? { zoom: [] } : {};
    const wanted = this.#wanted = { ...known, ...change, ...zoom };
    try {
      history.replaceState(null, "", `#${writeState(wanted)}`);
    } catch {
      // A page inside of another one may have no address of its own.
    }
    const { body } = document;
    const steps = this.#view.at(wanted).prepare();
    const isDone = runSteps(steps, () => this.#wanted === wanted);
    if (isDone !== true) {
      body.setAttribute("aria-busy", "true");
      if (!await isDone) return;
    }
    body.removeAttribute("aria-busy");
    Object.assign(this.#view.state, wanted);
    this.#draw();
  }

  #readAddress(): State {
    const { functions, threads, stepEnd } = this.#model;
    return fitState(readState(location.hash), {
      functions,
      threads: threads.length,
      steps: stepEnd?.length ?? 0,
      causes: this.#model.data.causes.length,
    });
  }

  #draw(): void {
    this.#readSearch();
    this.#graph.draw(this.#palette, this.#matcher);
    this.#drawAround();
    this.#tables.draw(this.#matcher);
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
    drawAnswer(element("answer"), view, {
      onChoose: (fn, line) => this.#tables.lookAt(fn, line),
      onWhy: () => this.update({ pane: "why" }),
    });
    drawKinds(element("kinds"), view, (kind) => this.#toggleKind(kind));
    if (this.#model.stepEnd !== undefined) {
      this.#timeline.show({ series: view.series, range: state.range, palette: this.#palette });
    }
  }

  #timeText(step: number): string {
    const { timeline } = this.#model.data;
    return amount(step * (timeline?.step ?? 0), { unit: "nanoseconds" });
  }

  /** The times of a range, from the first sample on. */
  #rangeText(range: readonly [number, number]): string {
    return range.map((step) => this.#timeText(step)).join(" to ");
  }

  async #toggleKind(kind: FrameKind): Promise<void> {
    const hidden = new Set(this.#wanted.hidden);
    if (!hidden.delete(kind)) hidden.add(kind);
    await this.update({ hidden });
    // The button has been drawn anew.
    element("kinds").querySelector<HTMLElement>(`[data-kind="${kind}"]`)?.focus();
  }

  /** Buttons that are on or off. */
  #toggles(): [id: string, isOn: boolean, change: Partial<State>][] {
    const { isFlipped, showsTiers, showsAll, showsBefore, comparesShares } = this.#wanted;
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
      const state = this.#readAddress();
      search.value = state.search;
      void this.update(state);
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
    this.#graph.draw(this.#palette, this.#matcher);
    this.#drawAround();
  }
}
