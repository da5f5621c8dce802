/** Everything that can be chosen on the page, and its form in the address. */
import type { FrameKind } from "../../lib/recording/frame.ts";
import { PAGE_KINDS } from "../../lib/report/page/page_data.ts";

/** The three flame graphs. */
export const GRAPHS = ["left", "time", "inverted"] as const;
/** The panes below. */
export const PANES = ["functions", "lines", "why", "source", "calls"] as const;
/** Columns that tables are sorted by. */
export const SORTS = ["self", "total", "name", "file"] as const;

/** The choices. */
export interface State {
  graph: typeof GRAPHS[number];
  pane: typeof PANES[number];
  sort: typeof SORTS[number];
  /** `p4711` for a process, an index for a thread, empty for all. */
  thread: string;
  /** Stretches of time: the first, and the one behind the last. */
  range: readonly [number, number] | undefined;
  hidden: Set<FrameKind>;
  search: string;
  /** Index of the function that is looked at. */
  fn: number | undefined;
  /** The line of its file that is looked at. */
  line: number | undefined;
  /** Keys from the root to the box that is zoomed to. */
  zoom: readonly number[];
  /** Whether the table has functions of all kinds. */
  showsAll: boolean;
  showsTiers: boolean;
  /** Whether callers stand at the bottom. */
  isFlipped: boolean;
  /** Whether widths are those of the earlier recording. */
  showsBefore: boolean;
  /** Whether shares are compared instead of time. */
  comparesShares: boolean;
}

/** Reads an address's fragment; what it does not say is as at first. */
export function readState(fragment: string): State {
  const words = new URLSearchParams(fragment.replace(/^#/, ""));
  const one = <Word extends string>(name: string, all: readonly Word[]) =>
    all.find((word) => word === words.get(name)) ?? all[0]!;
  const index = (name: string) => {
    const text = words.get(name);
    return text !== null && /^\d+$/.test(text) ? Number(text) : undefined;
  };
  const [, from, to] = /^(\d+)-(\d+)$/.exec(words.get("time") ?? "") ?? [];
  const hidden = (words.get("hide") ?? "").split(",");
  return {
    graph: one("graph", GRAPHS),
    pane: one("pane", PANES),
    sort: one("sort", SORTS),
    thread: words.get("thread") ?? "",
    range: Number(from) < Number(to) ? [Number(from), Number(to)] : undefined,
    hidden: new Set(PAGE_KINDS.filter((kind) => hidden.includes(kind))),
    search: words.get("find") ?? "",
    fn: index("fn"),
    line: index("line"),
    zoom: (words.get("zoom") ?? "").split(".").filter(Boolean).map(Number).filter(Number.isInteger),
    showsAll: words.has("all"),
    showsTiers: words.has("tiers"),
    isFlipped: words.has("flip"),
    showsBefore: words.has("before"),
    comparesShares: words.has("shares"),
  };
}

/** Sizes that choices must fit into. */
export interface StateLimits {
  functions: number;
  threads: number;
  /** Stretches of time. */
  steps: number;
  /** Reasons for which lines take their time. */
  causes: number;
}

/** A state without choices that a page does not have, as of an address of another page. */
export function fitState(state: State, { functions, threads, steps, causes }: StateLimits): State {
  const { fn, thread, range, graph, pane } = state;
  return {
    ...state,
    fn: fn !== undefined && fn < functions ? fn : undefined,
    thread: /^\d+$/.test(thread) && Number(thread) >= threads ? "" : thread,
    range: range !== undefined && range[1] <= steps ? range : undefined,
    pane: pane === "why" && causes === 0 ? "functions" : pane,
    graph: graph === "time" && steps === 0 ? "left" : graph,
  };
}

/** The fragment of a state; empty where nothing has been chosen. */
export function writeState(state: State): string {
  const words = new URLSearchParams();
  const set = (name: string, value: string | number | undefined, without = "") => {
    if (value !== undefined && String(value) !== without) words.set(name, String(value));
  };
  const flag = (name: string, isSet: boolean) => {
    if (isSet) words.set(name, "1");
  };
  set("graph", state.graph, GRAPHS[0]);
  set("pane", state.pane, PANES[0]);
  set("sort", state.sort, SORTS[0]);
  set("thread", state.thread);
  set("time", state.range?.join("-"));
  set("hide", [...state.hidden].join());
  set("find", state.search);
  set("fn", state.fn);
  set("line", state.line);
  set("zoom", state.zoom.join("."));
  flag("all", state.showsAll);
  flag("tiers", state.showsTiers);
  flag("flip", state.isFlipped);
  flag("before", state.showsBefore);
  flag("shares", state.comparesShares);
  return words.toString();
}
