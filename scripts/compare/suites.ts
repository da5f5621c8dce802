/**
 * Runs test suites of npm packages plain, instrumented and inactive, instrumented and active, and
 * with awaits and spans recorded, and shows differences in their output and exit status:
 *
 *     deno run -A scripts/compare/suites.ts acorn=/tmp/acorn js-yaml=/tmp/js-yaml …
 *
 * Each argument names a checkout that is built, with its dependencies installed, as the table below
 * says. Every function of the package and of its tests is instrumented, but not the runner in
 * `node_modules`. The exit status is 1 where there is a difference. Results in Deno 2.9.6, November
 * 2026:
 *
 *                        lines printed             functions that ran   differences
 *     acorn              14                        516                  0
 *     marked-specs       2026                      121                  0
 *     marked-units       276                       842                  0
 *     js-yaml            325                       618                  0
 *     ramda              1814                      3300                 0
 *     streamx            749                       415                  0
 *     readable-stream    3 to 33, 188 processes    19828                0
 *
 * With awaits and spans recorded streamx and readable-stream print the same.
 *
 * In the last suite test-stream-pipeline-process.js once differed: the stack of an error had a
 * frame of ours, after `assert.ifError` had changed its text. A later run had no difference.
 *
 * @module
 */
import { perfMapPath } from "../../lib/backends/perf_map/perf_map.ts";
import { readPerfMap } from "../../tests/support/perf_map_reader.ts";

/** The command that runs a suite in Deno, when the checkout is built. */
interface Suite {
  /** Arguments of Deno. The preload comes after the first. */
  args: readonly string[];
  /** Variables to set. */
  env?: Readonly<Record<string, string>>;
  /** Matches the files that are tests, where each test is a process of its own. */
  each?: RegExp;
  /** Names of tests that are not run. */
  except?: readonly string[];
}

const COMMON_JS = ["run", "-A", "--no-lock", "--unstable-detect-cjs"];

const DENO_TEST = ["test", "-A", "--no-lock", "--no-check"];

const SUITES: Readonly<Record<string, Suite>> = {
  // A parser. Build: `rollup -c acorn/rollup.config.mjs`, likewise for acorn-walk and acorn-loose
  acorn: { args: [...COMMON_JS, "test/run.js"] },
  // A Markdown renderer. Build: `node esbuild.config.js`
  // Its redos tests measure time, so leave them out on a busy machine.
  "marked-specs": { args: [...DENO_TEST, "test/run-spec-tests.js"] },
  "marked-units": { args: [...DENO_TEST, "test/unit/"] },
  // A YAML library.
  "js-yaml": { args: [...COMMON_JS, "node_modules/mocha/bin/mocha.js"] },
  // A utility library. Build: `BABEL_ENV=cjs babel source --out-dir src`, then replace source/ by
  // src/
  ramda: { args: [...COMMON_JS, "node_modules/mocha/bin/mocha.js"] },
  // Streams and async iteration.
  streamx: { args: [...COMMON_JS, "test/all.js"] },
  "readable-stream": {
    args: COMMON_JS,
    // Without NODE_SKIP_FLAG_CHECK tests start themselves again and again to get flags of Node.
    env: { NODE_TEST_KNOWN_GLOBALS: "0", NODE_SKIP_FLAG_CHECK: "1" },
    each: /^test\/parallel\/test-.*\.m?js$/,
    // This test needs Node's own bindings. Without the variable above it would start itself for
    // ever.
    except: ["test-stream-base-prototype-accessors-enumerability.js"],
  },
};

type Mode = "plain" | "inactive" | "active" | "recorded";

/** The modes that are compared with the plain one; the variable `MODES` names others. */
const MODES = (Deno.env.get("MODES") ?? "inactive,active,recorded").split(",") as Mode[];

/** The output of a run, its exit status among it. */
interface Outcome {
  lines: string[];
  functions: number;
  seconds: number;
}

const preload = new URL("../../lib/preload.ts", import.meta.url).href;
const recorder = new URL("../../lib/sampler_preload.ts", import.meta.url).href;

/** Arguments of Deno in each mode. */
const PRELOADS: Readonly<Record<Mode, readonly string[]>> = {
  plain: [],
  inactive: [`--preload=${preload}`],
  active: [`--preload=${preload}`],
  recorded: [`--preload=${recorder}`],
};

async function main(args: readonly string[]): Promise<number> {
  let differences = 0;
  for (const arg of args) {
    const [name, directory] = arg.split("=") as [string, string | undefined];
    if (directory === undefined || !Object.hasOwn(SUITES, name)) {
      const names = Object.keys(SUITES).join(", ");
      throw new TypeError(
        `Cannot run suite "${arg}": must be NAME=DIRECTORY, NAME one of ${names}`,
      );
    }
    const suite = SUITES[name]!;
    for (const file of suite.each ? testFiles(directory, suite) : [undefined]) {
      const title = file === undefined ? name : `${name} ${file}`;
      const run = file === undefined ? suite : { ...suite, args: [...suite.args, file] };
      if (await compare(title, directory, run)) differences++;
    }
  }
  return differences;
}

function testFiles(directory: string, { each, except = [] }: Suite): string[] {
  const { source } = each!;
  const parent = source.slice(1, source.lastIndexOf("\\/")).replaceAll("\\/", "/");
  return [...Deno.readDirSync(`${directory}/${parent}`)].filter(({ name }) =>
    !except.includes(name)
  )
    .map(({ name }) => `${parent}/${name}`).filter((path) => each!.test(path)).sort();
}

/** Runs a suite in all modes, and returns whether they differ. */
async function compare(title: string, directory: string, suite: Suite): Promise<boolean> {
  const plain = await run(directory, suite, "plain");
  let differs = false;
  for (const mode of MODES) {
    const outcome = await run(directory, suite, mode);
    const first = plain.lines.findIndex((line, i) => line !== outcome.lines[i]);
    const same = first < 0 && plain.lines.length === outcome.lines.length;
    const ran = mode === "active" ? `, ${outcome.functions} functions ran` : "";
    console.log(
      `${title} ${mode}: ${same ? "same" : "DIFFERENT"}, ${plain.lines.length} lines, ` +
        `${outcome.seconds} s for ${plain.seconds} s${ran}`,
    );
    if (same) continue;
    differs = true;
    const from = Math.max(0, first - 2);
    for (const line of plain.lines.slice(from, from + 12)) console.log(`    plain: ${line}`);
    for (const line of outcome.lines.slice(from, from + 12)) console.log(`    ${mode}: ${line}`);
  }
  return differs;
}

async function run(directory: string, { args, env, each }: Suite, mode: Mode): Promise<Outcome> {
  const [command, ...rest] = args;
  const variables: Record<string, string> = mode === "recorded" ? recordingVariables() : {};
  const started = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: [command!, ...PRELOADS[mode], ...rest],
    cwd: directory,
    env: { NO_COLOR: "1", ...env, ...variables, JS_PERF_SUPPORT: mode === "active" ? "1" : "" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    // Some tests never end in Deno, also without this package.
    signal: AbortSignal.timeout(each === undefined ? 300_000 : 20_000),
  }).spawn();
  const { code, stdout, stderr } = await child.output();
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  for (const path of Object.values(variables)) Deno.removeSync(path);
  const text = new TextDecoder();
  const printed = `${text.decode(stdout)}\n${text.decode(stderr)}\nexit status ${code}`;
  return {
    lines: printed.split("\n").map(withoutTimes),
    functions: functionsOf(child.pid),
    seconds,
  };
}

/** Makes the files that a program records its awaits and spans into. */
function recordingVariables(): Record<"JS_PERF_WAITS" | "JS_PERF_SPANS", string> {
  return { JS_PERF_WAITS: Deno.makeTempFileSync(), JS_PERF_SPANS: Deno.makeTempFileSync() };
}

/** Removes from a line what differs from run to run: times, speeds, bars of time, processes. */
function withoutTimes(line: string): string {
  return line.replace(/\d+(\.\d+)?\s?(ms|s|µs|ns)\b/g, "TIME").replace(/\s\((\d+m ?)?TIME\)/g, "")
    .replace(/\(node:\d+\)/g, "(node:PID)");
}

/** Counts the functions that ran while trampolines were on, and removes their map. */
function functionsOf(pid: number): number {
  try {
    const map = readPerfMap(Deno.readFileSync(perfMapPath(pid)));
    Deno.removeSync(perfMapPath(pid));
    return map.filter(({ name }) => name.startsWith("js::")).length;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args) > 0 ? 1 : 0);
