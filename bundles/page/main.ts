/** A report's page: everything that a user sees and presses. */
import type { FrameKind } from "../../lib/recording/frame.ts";
import { differenceColor, foundColor, kindColor } from "./colors.ts";
import { frameName, longPosition, type PageFrame, readPageData, totals } from "./data.ts";
import { FlameGraph } from "./flame_graph.ts";
import { drawTable, positionElement, ratio } from "./function_table.ts";
import { drawKinds } from "./kind_bar.ts";
import { countFound, type Matcher, readSearch, searchText } from "./search.ts";
import { buildTree, functionTotals, setValues, type TreeNode } from "./tree.ts";
import { amount, percent, whole } from "./words.ts";

const data = readPageData();
const { now, before } = totals(data);
const comparison = data.compared;

/** The state that the user can change on the page. */
const state = {
  hidden: new Set<FrameKind>(),
  isInverted: false,
  /** Whether widths are the earlier recording's. */
  showsBefore: false,
  sortBy: "self" as "self" | "total",
  matcher: undefined as Matcher | undefined,
  zoomed: undefined as TreeNode | undefined,
};

let root: TreeNode;
let graph: FlameGraph;

const element = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const search = element<HTMLInputElement>("search");
const reset = element<HTMLButtonElement>("reset");
const tip = document.createElement("div");
tip.className = "tip";
tip.hidden = true;

const isShown = (frame: PageFrame) => !state.hidden.has(frame.kind);
const shareOf = (node: TreeNode) => ratio(node.now.weight, now.weight);
const shareBefore = (node: TreeNode) => ratio(node.before.weight, before.weight);
const isFound = (node: TreeNode) =>
  state.matcher !== undefined && node !== root &&
  state.matcher(node.frame === undefined ? node.name : searchText(node.frame));

function drawGraph(): void {
  root = buildTree(data, isShown);
  // Two recordings differ in length, so their shares are compared.
  setValues(root, (node) => {
    if (comparison === undefined) return node.now.weight;
    return 1e9 * (state.showsBefore ? shareBefore(node) : shareOf(node));
  });
  state.zoomed = undefined;
  reset.disabled = true;
  graph = new FlameGraph(element("graph"), root, {
    isInverted: state.isInverted,
    colorOf: (node, isHit) => {
      if (isHit) return foundColor();
      if (comparison === undefined) return kindColor(node);
      return differenceColor(shareOf(node) - shareBefore(node));
    },
    onHover: (event, node) => {
      showTip(event, node);
      showDetails(node ?? state.zoomed);
    },
    onZoom: (node) => {
      state.zoomed = node === root ? undefined : node;
      reset.disabled = node === root;
      showDetails(state.zoomed);
    },
  });
  if (state.matcher !== undefined) graph.highlight(isFound);
  showDetails(undefined);
}

function drawFunctions(): void {
  const rows = functionTotals(data, isShown)
    .filter(({ frame }) => state.matcher?.(searchText(frame)) ?? true);
  for (const what of ["self", "total"] as const) {
    element(`by-${what}`).setAttribute(
      "aria-pressed",
      String(state.sortBy === what),
    );
  }
  drawTable(element("functions"), {
    rows,
    total: { now: now.weight, before: before.weight },
    isComparison: comparison !== undefined,
    sortBy: state.sortBy,
    onChoice: (frame) => {
      search.value = frameName(frame);
      find();
    },
  });
}

function drawLegend(): void {
  const place = element("kinds");
  if (comparison === undefined) {
    drawKinds(place, data, { hidden: state.hidden, onToggle: toggle });
    return;
  }
  const scale = [-0.1, -0.05, -0.02, 0, 0.02, 0.05, 0.1].map(differenceColor)
    .join(", ");
  place.innerHTML = `<div class="legend">less than before
    <span class="scale" style="background: linear-gradient(to right, ${scale})"></span>
    more than before <span class="hint">Shares of all time are compared.</span></div>`;
}

function toggle(kind: FrameKind): void {
  if (!state.hidden.delete(kind)) state.hidden.add(kind);
  drawLegend();
  drawGraph();
  drawFunctions();
}

function find(): void {
  search.classList.remove("wrong");
  try {
    state.matcher = readSearch(search.value);
  } catch {
    search.classList.add("wrong");
    return;
  }
  graph.highlight(isFound);
  drawFunctions();
  const { frames, samples, weight } = countFound(root, isFound);
  element("found").textContent = state.matcher === undefined
    ? ""
    : `${whole(frames)} frames, ${whole(samples)} samples, ${percent(ratio(weight, now.weight))}`;
}

function describe(node: TreeNode): string {
  const { samples, weight } = node.now;
  if (comparison !== undefined) {
    const difference = shareOf(node) - shareBefore(node);
    return `${percent(shareBefore(node))} before, ${percent(shareOf(node))} after: ${
      percent(difference, { signed: true })
    }`;
  }
  const shares = [`${percent(shareOf(node))} of all`];
  const { zoomed } = state;
  // A caller of the zoomed box is drawn as wide as the box, but has more weight.
  if (zoomed !== undefined && node !== zoomed && weight <= zoomed.now.weight) {
    shares.push(
      `${percent(ratio(weight, zoomed.now.weight))} of what is zoomed to`,
    );
  }
  return `${shares.join(", ")} · ${whole(samples)} samples · ${amount(weight, data.unit)} · ${
    percent(ratio(node.self, now.weight))
  } in itself`;
}

function showTip(
  event: MouseEvent | undefined,
  node: TreeNode | undefined,
): void {
  tip.hidden = event === undefined || node === undefined;
  if (event === undefined || node === undefined) return;
  const name = document.createElement("b");
  name.textContent = node.frame === undefined ? node.name : frameName(node.frame);
  const lines = [
    node.frame === undefined ? "" : longPosition(node.frame),
    describe(node),
  ];
  tip.replaceChildren(
    name,
    ...lines.filter(Boolean).map((line) =>
      Object.assign(document.createElement("div"), { textContent: line })
    ),
  );
  const { offsetWidth, offsetHeight } = tip;
  const left = Math.min(event.clientX + 14, innerWidth - offsetWidth - 8);
  const isLow = event.clientY + 18 + offsetHeight > innerHeight;
  tip.style.left = `${Math.max(8, left)}px`;
  tip.style.top = `${isLow ? event.clientY - offsetHeight - 12 : event.clientY + 18}px`;
}

function showDetails(node: TreeNode | undefined): void {
  const place = element("details");
  if (node === undefined) {
    place.textContent = `Callers stand ${
      state.isInverted ? "above" : "below"
    } what they call; the wider, the more time. A click zooms, Escape zooms out.`;
    return;
  }
  const name = document.createElement("b");
  name.textContent = node.frame === undefined ? node.name : frameName(node.frame);
  place.replaceChildren(name, "  ");
  if (node.frame !== undefined && longPosition(node.frame) !== "") {
    place.append(positionElement(node.frame, longPosition(node.frame)), "  ");
  }
  place.append(describe(node));
}

function nameButtons(): void {
  element("turn").textContent = state.isInverted ? "Callers at the top" : "Callers at the bottom";
  if (comparison === undefined) return;
  const side = element("side");
  side.hidden = false;
  side.textContent = state.showsBefore
    ? `Widths: before (${comparison.before})`
    : `Widths: after (${comparison.after})`;
}

function resetZoom(): void {
  graph.resetZoom();
}

function listen(): void {
  let waiting = 0;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(find, 120);
  });
  reset.addEventListener("click", resetZoom);
  element("turn").addEventListener("click", () => {
    state.isInverted = !state.isInverted;
    nameButtons();
    drawGraph();
  });
  element("side").addEventListener("click", () => {
    state.showsBefore = !state.showsBefore;
    nameButtons();
    drawGraph();
  });
  for (const what of ["self", "total"] as const) {
    element(`by-${what}`).addEventListener("click", () => {
      state.sortBy = what;
      drawFunctions();
    });
  }
  addEventListener("resize", () => graph.resize());
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.activeElement !== search) {
      resetZoom();
    }
    if (event.key === "/" && document.activeElement !== search) {
      event.preventDefault();
      search.focus();
    }
  });
}

function fillHead(): void {
  element("title").textContent = data.title;
  element("title").title = data.title;
  element("facts").textContent = data.facts.join(" · ");
  element("warnings").replaceChildren(
    ...data.warnings.map((warning) =>
      Object.assign(document.createElement("li"), { textContent: warning })
    ),
  );
}

document.body.append(tip);
fillHead();
nameButtons();
drawLegend();
drawGraph();
drawFunctions();
listen();
