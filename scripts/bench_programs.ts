/**
 * What instrumenting costs whole programs, of which every function is instrumented, their packages'
 * too: a type checker, two parsers, a Markdown renderer and a YAML reader, each plain, instrumented and
 * inactive, active with either engine, and under V8's own perf flags.
 *
 *     deno task bench:programs [directory]
 *
 * Packages are installed into the directory by npm, or are there already. All ways take turns, and the
 * shortest time of each counts.
 *
 * @module
 */
import { perfMapPath } from "../lib/perf_map.ts";

const PACKAGES = [
  "acorn@8.15.0",
  "bootstrap@5.3.8",
  "js-yaml@4.1.0",
  "marked@16.4.2",
  "postcss@8.5.6",
  "typescript@5.9.3",
];
const PROGRAMS = ["acorn", "postcss", "marked", "js-yaml", "typescript"];
const ROUNDS = 3;

/** How each way starts a program. */
const WAYS: Readonly<Record<string, { flags?: string[]; env?: Record<string, string> }>> = {
  plain: {},
  inactive: { flags: ["preload"] },
  wasm: { flags: ["preload"], env: { JS_PERF_SUPPORT: "1", JS_PERF_ENGINE: "wasm" } },
  native: { flags: ["preload"], env: { JS_PERF_SUPPORT: "1", JS_PERF_ENGINE: "native" } },
  "V8's flags": {
    flags: ["--v8-flags=--perf-basic-prof,--interpreted-frames-native-stack"],
  },
};

const directory = Deno.args[0] ?? await Deno.makeTempDir({ prefix: "xperf-programs-" });
const preload = `--preload=${import.meta.resolve("../lib/instrument/preload.ts")}`;

async function install(): Promise<void> {
  await Deno.mkdir(directory, { recursive: true });
  await Deno.copyFile(new URL("programs/work.mjs", import.meta.url), `${directory}/work.mjs`);
  const { success } = await new Deno.Command("npm", {
    args: ["install", "--prefix", directory, "--no-audit", "--no-fund", "--silent", ...PACKAGES],
  }).output();
  if (!success) throw new Error(`Cannot install ${PACKAGES.join(" ")}`);
}

/** The shortest time of one piece of work, in milliseconds. */
async function time(program: string, way: string): Promise<number> {
  const { flags = [], env = {} } = WAYS[way]!;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      ...flags.map((flag) => flag === "preload" ? preload : flag),
      `${directory}/work.mjs`,
      program,
    ],
    cwd: directory,
    env: { JS_PERF_SUPPORT: "", JS_PERF_INCLUDE: "npm:*,**", ...env },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const { stdout } = await child.output();
  await Deno.remove(perfMapPath(child.pid)).catch(() => {});
  return JSON.parse(new TextDecoder().decode(stdout)).best;
}

function geometricMean(values: number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

await install();
const best: Record<string, number> = {};
for (let round = 0; round < ROUNDS; round++) {
  for (const program of PROGRAMS) {
    for (const way of Object.keys(WAYS)) {
      const key = `${program} ${way}`;
      best[key] = Math.min(best[key] ?? Infinity, await time(program, way));
    }
  }
}
const ratio = (program: string, way: string) =>
  best[`${program} ${way}`]! / best[`${program} plain`]!;
const ways = Object.keys(WAYS).slice(1);
console.log(["", "plain", ...ways].map((text) => text.padStart(12)).join(""));
for (const program of PROGRAMS) {
  const cells = ways.map((way) => `${ratio(program, way).toFixed(2)}×`);
  const plain = `${best[`${program} plain`]!.toFixed(1)} ms`;
  console.log([program, plain, ...cells].map((text) => text.padStart(12)).join(""));
}
const means = ways.map((way) =>
  `${geometricMean(PROGRAMS.map((program) => ratio(program, way))).toFixed(2)}×`
);
console.log(["mean", "", ...means].map((text) => text.padStart(12)).join(""));
if (Deno.args[0] === undefined) await Deno.remove(directory, { recursive: true });
