/*
 * A program's output on errors is line for line the same as without this package: every stack that
 * it prints, reads or leaves to the runtime, with trampolines off and on.
 */
import { equal, match } from "node:assert/strict";
import { dirname } from "node:path";

import { perfMapPath } from "../../../lib/backends/perf_map/perf_map.ts";
import { testNeeding } from "../../support/needing.ts";
import { obstacleOfRuntime, runtimeProgram } from "../../support/other_runtime.ts";
import { STACK_PROGRAMS, type StackProgram } from "./error_stack_programs.ts";

type Mode = "plain" | "inactive" | "active";

const preload = import.meta.resolve("../../../lib/preload.ts");

/**
 * A hook that does nothing. A program that has one is loaded by other functions of Node, which stand in
 * its stacks whatever the hook does.
 */
const NO_HOOK = `import { registerHooks } from "node:module";
registerHooks({ load: (url, context, next) => next(url, context) });
`;

/** Each runtime's command for a program with a preload. */
const RUNTIMES = {
  Deno: {
    obstacle: undefined,
    command: (entry: string, preload?: string) => {
      const flags = preload === undefined ? [] : [`--preload=${preload}`];
      return [Deno.execPath(), "run", "--no-lock", "-A", ...flags, entry];
    },
  },
  Node: {
    obstacle: obstacleOfRuntime("node24"),
    command: (
      entry: string,
      preload = "./no_hook.mjs",
    ) => [runtimeProgram("node24"), "--import", preload, entry],
  },
};

/** Writes a program, runs it in all modes at once, and compares its outputs. */
async function compareModes(
  { modules }: StackProgram,
  command: (entry: string, preload?: string) => string[],
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "xperf stack-" });
  try {
    const texts = typeof modules === "string" ? { "main.ts": modules } : modules;
    for (const [name, text] of Object.entries(texts)) {
      await Deno.mkdir(dirname(`${directory}/${name}`), { recursive: true });
      await Deno.writeTextFile(`${directory}/${name}`, text);
    }
    await Deno.writeTextFile(`${directory}/no_hook.mjs`, NO_HOOK);
    // The type is stated: where Node has to guess, it loads compiled text from a hook by other
    // functions than TypeScript.
    await Deno.writeTextFile(`${directory}/package.json`, '{ "type": "module" }');
    const entry = `${directory}/${Object.keys(texts)[0]}`;
    const [plain, inactive, active] = await Promise.all(
      (["plain", "inactive", "active"] as const).map((mode) =>
        run(command(entry, mode === "plain" ? undefined : preload), directory, mode)
      ),
    );
    match(plain!, /:\d+|Uncaught/m);
    equal(difference(plain!, inactive!), undefined);
    equal(difference(plain!, active!), undefined);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Both texts from the first line that differs; `undefined` where none does. */
function difference(plain: string, instrumented: string): string | undefined {
  const [before, after] = [plain, instrumented].map((text) => text.split("\n")) as [
    string[],
    string[],
  ];
  const first = before.findIndex((line, i) => line !== after[i]);
  if (first < 0 && before.length === after.length) return undefined;
  const from = Math.max(0, first - 1);
  return [...before.slice(from, from + 8), "--- but instrumented:", ...after.slice(from, from + 8)]
    .join("\n");
}

/** Frames of Node's own at the end of a stack, which depend on when a module was ready. */
const INTERNAL = /^ +at .*\bnode:internal\/.*\n/gm;

/** Runs a program, and returns its whole output and its exit status. */
async function run([program, ...args]: string[], cwd: string, mode: Mode): Promise<string> {
  const child = new Deno.Command(program!, {
    args,
    cwd,
    // Colours and all: Deno paints stacks wherever it writes them to.
    env: { NO_COLOR: "", JS_PERF_SUPPORT: mode === "active" ? "1" : "" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const { code, stdout, stderr } = await child.output();
  if (mode === "active") {
    // It ran as it was meant to: the functions have their trampolines.
    const map = await Deno.readTextFile(perfMapPath(child.pid));
    await Deno.remove(perfMapPath(child.pid));
    match(map, /js::/);
  }
  const text = new TextDecoder();
  const all = `${text.decode(stdout)}--- ${code}\n${text.decode(stderr)}`;
  return program === Deno.execPath() ? all : all.replace(INTERNAL, "");
}

for (const [runtime, { obstacle, command }] of Object.entries(RUNTIMES)) {
  for (const program of STACK_PROGRAMS) {
    if (program.limit !== undefined) continue;
    if (runtime === "Node" && (program.denoOnly || program.nodeLimit !== undefined)) continue;
    testNeeding(
      obstacle,
      `the stack in ${runtime} is the plain one: ${program.name}`,
      () => compareModes(program, command),
    );
  }
}
