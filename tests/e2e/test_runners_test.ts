/*
 * A package's tests, two of three of which fail, say and end the same under each runner: plainly, under
 * the preload with trampolines off and on, and under `profile`.
 */
import { deepEqual, match, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";

import { Workplace } from "../support/command_process.ts";
import { testNeeding } from "../support/needing.ts";
import { installOnce, obstacleOfRuntime, runtimeProgram } from "../support/other_runtime.ts";
import { obstacleOfPerf } from "../support/perf.ts";

const preload = import.meta.resolve("../../lib/preload.ts");
const cli = fileURLToPath(import.meta.resolve("../../lib/command/cli.ts"));

const LIBRARY = `
export function add(a, b) { return a + b; }
export async function later(a) { await null; if (a < 0) throw new RangeError("negative: " + a); return add(a, 1); }
export class Stack { #items = []; pop() { if (this.#items.length === 0) throw new Error("empty"); return this.#items.pop(); } }
`;

/** The tests, which are declared by `test`. */
const TESTS = `
import { strict as assert } from "node:assert";
import { add, later, Stack } from "./lib.js";
test("adds", () => { assert.equal(add(1, 2), 3); });
test("rejects", async () => { await later(-1); });
test("throws", () => { [1].forEach(() => new Stack().pop()); });
`;

/** A runner: its tests, and its command, without the preload and with it. */
interface Runner {
  head: string;
  /** Packages that it needs. */
  packages?: readonly string[];
  command: (place: Workplace) => string[];
  preloaded: (command: readonly string[]) => { command: string[]; env?: Record<string, string> };
}

const node = () => runtimeProgram("node24");
const inNode: Runner["preloaded"] = (command) => ({
  command: [...command],
  env: { NODE_OPTIONS: `--import ${preload}` },
});

const RUNNERS: Record<string, Runner> = {
  "mocha": {
    head: "const test = it;",
    packages: ["mocha@11.8.0"],
    command: ({ path }) => [node(), `${path}/node_modules/mocha/bin/mocha.js`, "lib.test.mjs"],
    preloaded: inNode,
  },
  "vitest": {
    head: 'import { test } from "vitest";',
    packages: ["vitest@3.2.7"],
    command: ({ path }) => [
      ...[node(), `${path}/node_modules/vitest/vitest.mjs`, "run", "--reporter=tap-flat"],
    ],
    preloaded: inNode,
  },
  "node:test": {
    head: 'import test from "node:test";',
    command: () => [node(), "--test-reporter=spec", "--test", "lib.test.mjs"],
    preloaded: inNode,
  },
  "deno test": {
    head: "const { test } = Deno;",
    command: () => [Deno.execPath(), "test", "-A", "--no-lock", "--no-check", "lib.test.mjs"],
    preloaded: ([program, test, ...args]) => ({
      command: [program!, test!, `--preload=${preload}`, ...args],
    }),
  },
};

/** Matches times that the runners print. */
const TIMES = /\d+(?:\.\d+)? ?(?:ms|µs|ns|s)\b|duration_ms:? [\d.]+|\d\d:\d\d:\d\d/g;

/** Frames of Node's own, which depend on whether a program has a hook of its loader. */
const INTERNAL = /^ +at .*\bnode:internal\/.*\n/gm;

async function run(
  [program, ...args]: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const path = `${node().replace(/\/node$/, "")}:${Deno.env.get("PATH")}`;
  const child = new Deno.Command(program!, {
    args,
    cwd,
    env: {
      PATH: path,
      NO_COLOR: "1",
      CI: "",
      JS_PERF_SUPPORT: "",
      JS_PERF_JIT_SUPPORT: "",
      ...env,
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array) =>
    new TextDecoder().decode(bytes).replace(TIMES, "TIME").replace(INTERNAL, "");
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

for (const [name, { head, packages = [], command, preloaded }] of Object.entries(RUNNERS)) {
  testNeeding(
    obstacleOfRuntime("node24") ?? obstacleOfPerf(),
    `a package's tests say and end the same under ${name}, preloaded and profiled`,
    async () => {
      await using place = new Workplace();
      place.write("package.json", '{ "type": "module" }');
      place.write("lib.js", LIBRARY);
      place.write("lib.test.mjs", head + TESTS);
      if (packages.length > 0) {
        const installed = installOnce(packages.join("+"), packages);
        await Deno.symlink(`${installed}/node_modules`, `${place.path}/node_modules`);
      }
      const plain = await run(command(place), place.path);
      ok(plain.code > 0);
      match(plain.stdout, /negative: -1/);
      const hooked = preloaded(command(place));
      for (const support of ["", "1"]) {
        const env = { ...hooked.env, JS_PERF_SUPPORT: support };
        deepEqual(await run(hooked.command, place.path, env), plain);
      }
      const profile = [Deno.execPath(), "run", "-A", "--no-lock", cli, "profile", "-q"];
      const recorded = [...profile, "--format", "folded", "--", ...command(place)];
      deepEqual(await run(recorded, place.path), plain);
    },
  );
}
