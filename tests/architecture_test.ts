import { deepEqual, equal, ok } from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import {
  circles,
  documentedFloors,
  type ImportGraph,
  importsUp,
  readImports,
  roomGraph,
} from "../scripts/check/import_graph.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const architecture = readFileSync(`${root}/ARCHITECTURE.md`, "utf8");
const floors = documentedFloors(architecture);
const modules = readImports(`${root}/lib`);

/** A graph with one more import. */
function planted(from: string, to: string): ImportGraph {
  return new Map(modules).set(from, [...modules.get(from)!, to]);
}

Deno.test("lib/ has the folders that ARCHITECTURE.md names, and no other", () => {
  const folders = readdirSync(`${root}/lib`, { withFileTypes: true })
    .filter((entry) => entry.isDirectory()).map(({ name }) => name);
  deepEqual(floors.toSorted(), folders.sort());
});

Deno.test("imports have no cycle of modules or of rooms", () => {
  ok(modules.size > 200);
  deepEqual(circles(modules), []);
  deepEqual(circles(roomGraph(modules)), []);
});

Deno.test("no import leads into a folder above", () => {
  deepEqual(importsUp(modules, floors), []);
});

Deno.test("a planted cycle and a planted upward import are found", () => {
  const circle = planted("base/perf_error.ts", "activation/activation.ts");
  ok(circles(circle)[0]!.includes("base/perf_error.ts"));
  deepEqual(importsUp(circle, floors), ["base/perf_error.ts → activation/activation.ts"]);
  // Not a circle of modules, but one of rooms.
  const rooms = planted("recording/stack_trie.ts", "recording/perf_data/data_file.ts");
  equal(circles(rooms).length, 0);
  equal(circles(roomGraph(rooms)).length, 1);
  const between = planted("v8_log/log_text.ts", "recording/thread.ts");
  deepEqual(importsUp(between, floors), ["v8_log/log_text.ts → recording/thread.ts"]);
});

Deno.test("tests mirror the modules: each test file lies where its module does", () => {
  const strays = readImports(`${root}/tests`).keys()
    .filter((path) => path.endsWith("_test.ts") && !/_e2e_test\.ts$/.test(path))
    .filter((path) => !/^(?:e2e|fuzz|ffi|support|scripts)\/|^\w+_test\.ts$/.test(path))
    .filter((path) => !existsSync(`${root}/lib/${path.slice(0, path.lastIndexOf("/"))}`));
  deepEqual([...strays], []);
});

/** Modules of lib/ with more lines have a mirror test of their own. */
const LONG = 100;

/** Long modules that have no mirror test, each with the reason. */
const UNMIRRORED: Readonly<Record<string, string>> = {
  "report/page/page_data.ts":
    "types, which tests/report/page/html_test.ts has the page's own reader read",
};

/** The mirror tests that long modules lack. */
function missingMirrors(lineCounts: ReadonlyMap<string, number>): string[] {
  return [...lineCounts].filter(([path, lines]) => lines > LONG && !(path in UNMIRRORED))
    .map(([path]) => `tests/${path.replace(/\.ts$/, "_test.ts")}`)
    .filter((path) => !existsSync(`${root}/${path}`));
}

/** The lines of each module that is written by hand; libraries and the report's page are not. */
const lineCounts = new Map(
  modules.keys().filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"))
    .map((path) => [path, readFileSync(`${root}/lib/${path}`, "utf8").split("\n").length - 1]),
);

Deno.test("each module above 100 lines has its mirror test, and each exception its module", () => {
  deepEqual(missingMirrors(lineCounts), []);
  deepEqual(Object.keys(UNMIRRORED).filter((path) => !lineCounts.has(path)), []);
});

Deno.test("a planted long module without a mirror test is found", () => {
  const grown = (path: string, lines: number) => new Map(lineCounts).set(path, lines);
  deepEqual(missingMirrors(grown("demo.ts", LONG + 1)), ["tests/demo_test.ts"]);
  deepEqual(missingMirrors(grown("demo.ts", LONG)), []);
});
