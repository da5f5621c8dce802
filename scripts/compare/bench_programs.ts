/**
 * Times whole programs, from start to end: a type checker, a minifier, two parsers, a Markdown
 * renderer and a YAML reader. Each runs plain, under V8's log with perf sampling as `profile` has
 * it, with trampolines in every function, under V8's own perf map, under V8's own sampler, and with
 * its memory recorded.
 *
 *     deno task bench:programs [directory]
 *     WAYS="plain,V8's log" PROGRAMS=acorn ROUNDS=7 deno task bench:programs [directory]
 *
 * npm installs the packages into the directory, unless they are there already. All ways take turns
 * within each round, and the table has ratios of medians. Other work on the machine makes the
 * ratios wrong, so nothing else should run.
 *
 * @module
 */
import { DEFAULT_INTERVAL } from "../../lib/command/profile/heap/heap_plan.ts";
import type { HeapKind } from "../../lib/recording/heap/heap_file.ts";
import { HEAP_VARIABLE, type HeapWish } from "../../lib/sampler/heap/heap_wish.ts";
import { logFlags } from "../../lib/command/program/logged_program.ts";

const PACKAGES = [
  "acorn@8.15.0",
  "bootstrap@5.3.8",
  "js-yaml@4.1.0",
  "marked@16.4.2",
  "postcss@8.5.6",
  "terser@5.44.1",
  "typescript@5.9.3",
];
const ALL_PROGRAMS = "acorn,postcss,marked,js-yaml,typescript,terser";
const PROGRAMS = (Deno.env.get("PROGRAMS") ?? ALL_PROGRAMS).split(",");
const ROUNDS = Number(Deno.env.get("ROUNDS") ?? 3);

/** perf's samples per second. */
const FREQUENCY = "999";

const directory = Deno.args[0] ?? await Deno.makeTempDir({ prefix: "xperf-programs-" });
const preload = `--preload=${import.meta.resolve("../../lib/preload.ts")}`;

/** The options with which a way starts a program. */
interface Way {
  flags?: readonly string[];
  env?: Readonly<Record<string, string>>;
  isSampled?: boolean;
}

const TRAMPOLINES = { JS_PERF_SUPPORT: "1", JS_PERF_INCLUDE: "npm:*,**" };

/** Has a program record its memory as `profile --alloc` and `--live` have it. */
function recordingOf(kind: HeapKind): Way {
  const wish: HeapWish = {
    kind,
    interval: DEFAULT_INTERVAL,
    directory: `${directory}/logs`,
    scope: { kind: "all" },
  };
  const sampler = import.meta.resolve("../../lib/heap_preload.ts");
  return { flags: [`--preload=${sampler}`], env: { [HEAP_VARIABLE]: JSON.stringify(wish) } };
}

const WAYS: Readonly<Record<string, Way>> = {
  plain: {},
  "V8's log": {
    flags: [`--v8-flags=${logFlags({ logFile: `${directory}/logs/RUN-%p.log`, runtime: "deno" })}`],
    isSampled: true,
  },
  "only perf": { isSampled: true },
  trampolines: { flags: [preload], env: TRAMPOLINES, isSampled: true },
  "V8's perf map": {
    flags: ["--v8-flags=--perf-basic-prof,--interpreted-frames-native-stack"],
    isSampled: true,
  },
  "--alloc": recordingOf("alloc"),
  "--live": recordingOf("live"),
  "--cpu-prof": { flags: ["--cpu-prof", `--cpu-prof-dir=${directory}/cpu`] },
};

/** Notes when the program begins and ends, because perf takes time before and after it. */
const TIMED = 'date +%s%N >"$0"; "$@"; code=$?; date +%s%N >>"$0"; exit $code';

async function install(): Promise<void> {
  await Deno.mkdir(directory, { recursive: true });
  await Deno.copyFile(new URL("programs/work.mjs", import.meta.url), `${directory}/work.mjs`);
  const { success } = await new Deno.Command("npm", {
    args: ["install", "--prefix", directory, "--no-audit", "--no-fund", "--silent", ...PACKAGES],
  }).output();
  if (!success) throw new Error(`Cannot install ${PACKAGES.join(" ")}`);
}

/** Measures the milliseconds from a program's start to its end; returns its output, too. */
async function time(program: string, way: Way): Promise<{ milliseconds: number; result: string }> {
  const { flags = [], env = {}, isSampled = false } = way;
  await Deno.mkdir(`${directory}/logs`, { recursive: true });
  const times = `${directory}/times`;
  // A new path for the log keeps V8 from using Deno's code cache, as in `profile`.
  const own = flags.map((flag) => flag.replace("RUN", `${Date.now()}`));
  const deno = [Deno.execPath(), "run", "-A", ...own, `${directory}/work.mjs`, program];
  const timed = ["sh", "-c", TIMED, times, ...deno];
  const record = ["perf", "record", "-q", "-k", "mono", "-F", FREQUENCY, "-g"];
  const [command, ...args] = isSampled
    ? [...record, "-o", `${directory}/perf.data`, "--", ...timed]
    : timed;
  const { success, stdout } = await new Deno.Command(command!, {
    args,
    cwd: directory,
    env: { JS_PERF_SUPPORT: "", ...env },
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Cannot run ${program}: ${command} failed`);
  const [start, end] = (await Deno.readTextFile(times)).trim().split("\n").map(BigInt);
  for (const name of ["logs", "cpu"]) {
    await Deno.remove(`${directory}/${name}`, { recursive: true }).catch(() => {});
  }
  return { milliseconds: Number(end! - start!) / 1e6, result: new TextDecoder().decode(stdout) };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

const names = Deno.env.get("WAYS")?.split(",") ?? Object.keys(WAYS);
await install();
const measured = new Map<string, number[]>();
for (let round = 0; round < ROUNDS; round++) {
  for (const program of PROGRAMS) {
    const results = new Set<string>();
    for (const name of names) {
      const { milliseconds, result } = await time(program, WAYS[name]!);
      const key = `${program} ${name}`;
      measured.set(key, [...measured.get(key) ?? [], milliseconds]);
      results.add(result);
    }
    if (results.size > 1) throw new Error(`${program} printed other results: ${[...results]}`);
  }
}
const of = (program: string, name: string) => median(measured.get(`${program} ${name}`)!);
const ratio = (program: string, name: string) => of(program, name) / of(program, "plain");
const ways = names.slice(1);
const row = (cells: readonly string[]) => console.log(`| ${cells.join(" | ")} |`);
row(["program", "plain", ...ways]);
row(["---", "---", ...ways.map(() => "---")]);
for (const program of PROGRAMS) {
  const cells = ways.map((name) => `${ratio(program, name).toFixed(2)}×`);
  row([program, `${of(program, "plain").toFixed(0)} ms`, ...cells]);
}
const means = ways.map((name) => geometricMean(PROGRAMS.map((program) => ratio(program, name))));
row(["geometric mean", "", ...means.map((mean) => `${mean.toFixed(2)}×`)]);
if (Deno.args[0] === undefined) await Deno.remove(directory, { recursive: true });
