/*
 * The lines that Node prints in front of an uncaught error, in processes of Node's.
 */
import { equal, match } from "node:assert/strict";

import { testNeeding } from "../../support/needing.ts";
import { obstacleOfRuntime, runCommand, runtimeProgram } from "../../support/other_runtime.ts";

const lib = import.meta.resolve("../../../lib/").slice("file://".length);

/** Node asks for original lines only of texts that have a source map. */
const NO_MAP = `\n//# sourceMappingURL=data:application/json;base64,${
  btoa('{"version":3,"sources":[],"names":[],"mappings":""}')
}`;

/** Runs `broken.mjs` with an edit in front of each line, in a program that shows original lines. */
async function run(
  { broken, before = "", isShown = true }: {
    broken: string;
    before?: string;
    isShown?: boolean;
  },
) {
  const directory = await Deno.makeTempDir({ prefix: "xperf-excerpt-" });
  try {
    await Deno.writeTextFile(`${directory}/broken.mjs`, broken);
    await Deno.writeTextFile(
      `${directory}/caller.mjs`,
      `export function fail(value) {\n  throw value;\n}\n${NO_MAP}`,
    );
    await Deno.writeTextFile(
      `${directory}/main.ts`,
      `
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { EditedLines } from "${lib}instrument/positions/edited_lines.ts";
import { TextPositions } from "${lib}instrument/positions/text_positions.ts";
import { ModuleMaps } from "${lib}instrument/stacks/module_maps.ts";
import { showOriginalLines } from "${lib}instrument/stacks/node_excerpt.ts";
import { LineStarts } from "${lib}source/line_starts.ts";
const url = new URL("./broken.mjs", import.meta.url).href;
const text = readFileSync(new URL(url), "utf8");
const lines = new LineStarts(text);
const starts = Uint32Array.from(lines.offsets);
registerHooks({
  load(asked, context, next) {
    const loaded = next(asked, context);
    return asked === url ? { ...loaded, source: text.replace(/^/gm, "/*edit*/") + ${
        JSON.stringify(NO_MAP)
      } } : loaded;
  },
});
const maps = new ModuleMaps();
const places = { starts, removed: starts.map(() => 0), added: starts.map(() => 8) };
maps.add({ url, name: url, positions: new TextPositions(new EditedLines(lines, places)) }, false);
if (${isShown}) showOriginalLines(maps, new URL("./caller.mjs", import.meta.url).href);
${before}
await import(url);
`,
    );
    const program = [runtimeProgram("node24"), "main.ts"];
    const { stdout, stderr } = await runCommand(program, { cwd: directory });
    return {
      stdout,
      stderr: stderr.replaceAll(`file://${directory}`, "").replaceAll(directory, ""),
    };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const FAILING = 'const a = 1;\nif (a) throw new Error("failed");\n';

function testInNode(name: string, body: () => Promise<void>): void {
  testNeeding(obstacleOfRuntime("node24"), name, body);
}

testInNode("showOriginalLines() has Node show the line as its author wrote it", async () => {
  const { stderr } = await run({ broken: FAILING });
  match(
    stderr,
    /^\/broken\.mjs:2\nif \(a\) throw new Error\("failed"\);\n {13}\^\n\nError: failed\n/,
  );
  const plain = await run({ broken: FAILING, isShown: false });
  match(plain.stderr, /^\/broken\.mjs:2\n\/\*edit\*\/if \(a\) throw/);
});

testInNode("showOriginalLines() changes nothing where the program handles the error", async () => {
  const before = `process.on("uncaughtException", (error) => {
  console.log(error.message, process.sourceMapsEnabled);
});`;
  const { stdout, stderr } = await run({ broken: FAILING, before });
  equal(stdout, "failed false\n", stderr);
});

testInNode(
  "showOriginalLines() shows the innermost line of a stack that the caller throws",
  async () => {
    // The C library's errors are thrown where it calls functions, not where they were made.
    const failing = (column: number) =>
      `import { fail } from "./caller.mjs";
export function g() {
  if (fail) throw new Error("made here");
}
setTimeout(fail, 0, { stack: "Error: made here\\n    at g (" + import.meta.url + ":3:${column})" });
`;
    const { stderr } = await run({ broken: failing(19) });
    match(
      stderr,
      /^\n\/broken\.mjs:3\n {2}if \(fail\) throw new Error\("made here"\);\n {12}\^\n/,
    );
    const elsewhere = await run({ broken: failing(7) });
    match(elsewhere.stderr, /^\n\/broken\.mjs:3\n.*\n {6}\^\n/);
  },
);
