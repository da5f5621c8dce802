/**
 * The import graph of lib/, as rooms: a room is a folder, or a module that stands beside folders.
 *
 *     deno task graph [directory]
 *
 * prints the numbers of rooms, floors and arrows, the arrows that lead up, and the circles. The
 * test of the architecture fails if there is an arrow up or a circle.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The imports of each module, as paths from the directory that was read. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** Reads the static and dynamic imports of all modules of a directory; types count too. */
export function readImports(directory: string): ImportGraph {
  const graph = new Map<string, string[]>();
  for (const path of modulesOf(directory)) {
    const text = readFileSync(path, "utf8");
    const specifiers = [...text.matchAll(/^(?:import|export)\b[^"'(;]*["'](\.[^"']+)["']/gm)]
      .concat([...text.matchAll(/\bimport\(["'](\.[^"']+)["']\)/g)])
      .map(([, specifier]) => normalize(join(dirname(path), specifier!)));
    const inside = specifiers.map((to) => relative(directory, to)).filter((to) =>
      !to.startsWith("..")
    );
    graph.set(relative(directory, path), [...new Set(inside)]);
  }
  return graph;
}

function modulesOf(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return modulesOf(path);
    return /(?<!\.d)\.ts$/.test(entry.name) ? [path] : [];
  });
}

/** The graph of the folders of the first level, and of the modules beside them. */
export function folderGraph(graph: ImportGraph): ImportGraph {
  return groupedGraph(graph, (path) => path.split("/")[0]!);
}

/** The graph of the rooms that a graph's modules are in. */
export function roomGraph(graph: ImportGraph): ImportGraph {
  const folders = new Set([...graph.keys()].map(dirname));
  const hasFolders = (folder: string) =>
    folder === "." || [...folders].some((other) => other.startsWith(`${folder}/`));
  // Where folders lie beside modules, each module is a room of its own.
  const roomOf = (path: string) => hasFolders(dirname(path)) ? path : dirname(path);
  return groupedGraph(graph, roomOf);
}

function groupedGraph(graph: ImportGraph, groupOf: (path: string) => string): ImportGraph {
  const groups = new Map<string, Set<string>>();
  for (const [from, imports] of graph) {
    const group = groups.get(groupOf(from)) ?? new Set();
    groups.set(groupOf(from), group);
    for (const to of imports) if (groupOf(to) !== groupOf(from)) group.add(groupOf(to));
  }
  return new Map([...groups].map(([group, imports]) => [group, [...imports]]));
}

/** The circles of a graph: groups of modules or rooms of which each reaches all others. */
export function circles(graph: ImportGraph): string[][] {
  // Tarjan's algorithm.
  const found: string[][] = [];
  const numbers = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const visit = (node: string): void => {
    numbers.set(node, numbers.size);
    lowest.set(node, numbers.get(node)!);
    stack.push(node);
    for (const to of graph.get(node) ?? []) {
      if (!numbers.has(to)) visit(to);
      if (stack.includes(to)) {
        lowest.set(node, Math.min(lowest.get(node)!, lowest.get(to)!));
      }
    }
    if (lowest.get(node) !== numbers.get(node)) return;
    const group = stack.splice(stack.indexOf(node));
    if (group.length > 1) found.push(group.sort());
  };
  for (const node of graph.keys()) if (!numbers.has(node)) visit(node);
  return found;
}

/**
 * Finds the imports that lead from one folder into another that stands above it.
 *
 * @param graph The graph of modules.
 * @param floors The folders of the first level, from the lowest to the highest. Modules beside them
 * are
 *   above all.
 */
export function importsUp(graph: ImportGraph, floors: readonly string[]): string[] {
  const floorOf = (path: string) => {
    const [folder, ...rest] = path.split("/");
    return rest.length === 0 ? floors.length : floors.indexOf(folder!);
  };
  return [...graph].flatMap(([from, imports]) =>
    imports.filter((to) => floorOf(to) > floorOf(from)).map((to) => `${from} → ${to}`)
  );
}

/** Counts the nodes on the longest way through a graph without circles. */
export function height(graph: ImportGraph): number {
  const heights = new Map<string, number>();
  const of = (node: string): number => {
    const known = heights.get(node);
    if (known !== undefined) return known;
    heights.set(node, 0);
    const own = 1 + Math.max(0, ...(graph.get(node) ?? []).map(of));
    heights.set(node, own);
    return own;
  };
  return Math.max(0, ...[...graph.keys()].map(of));
}

function arrows(graph: ImportGraph): number {
  return [...graph.values()].reduce((sum, imports) => sum + imports.length, 0);
}

/** The floors that ARCHITECTURE.md names, from the lowest to the highest. */
export function documentedFloors(text: string): string[] {
  return [...text.matchAll(/^\d+\. `lib\/(\w+)\/`/gm)].map(([, folder]) => folder!);
}

if (import.meta.main) {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const directory = Deno.args[0] ?? join(root, "lib");
  const modules = readImports(directory);
  const rooms = roomGraph(modules);
  const architecture = join(directory, "../ARCHITECTURE.md");
  const up = existsSync(architecture)
    ? importsUp(modules, documentedFloors(readFileSync(architecture, "utf8")))
    : [];
  const row = (name: string, graph: ImportGraph) =>
    console.log(
      `${name.padEnd(30)}${graph.size} nodes, ${height(graph)} floors, ${arrows(graph)} arrows, ` +
        `${circles(graph).length} circles`,
    );
  row("first level", folderGraph(modules));
  row("rooms", rooms);
  row("modules", modules);
  console.log(`${up.length} imports lead up`);
  for (const line of up) console.log(`up: ${line}`);
  for (const group of circles(rooms)) console.log(`circle: ${group.join(" ")}`);
}
