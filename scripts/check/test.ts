/**
 * Runs the tests in tests/ and the examples in the documentation:
 *
 *     deno task test              all of them
 *     deno task test withPerf     those whose name has "withPerf" in it
 *
 * Ends with the errors of the tests that failed, a line `N passed, N failed` over both, and with
 * status 1 if anything failed.
 */
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

/** The numbers of tests that passed, failed and were ignored. */
interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Starts of the paths of tests that sample programs for seconds each. */
const SAMPLING: readonly string[] = [
  "tests/command/profile/",
  "tests/e2e/aarch64",
  "tests/e2e/completeness",
  "tests/e2e/perf_",
  "tests/e2e/sampler",
  "tests/e2e/wasm_",
  "tests/recording/",
];

async function main(filters: readonly string[]): Promise<void> {
  const filter = filters.map((text) => `--filter=${text}`);
  const files = (await testFiles("tests")).sort();
  const isSampling = (file: string) => SAMPLING.some((start) => file.startsWith(start));
  const others = files.filter((file) => !isSampling(file));
  const runs = await Promise.all([
    runTests([...filter, ...others.filter((_, index) => index % 2 === 0)], { isShown: true }),
    runTests([...filter, ...others.filter((_, index) => index % 2 === 1)]),
    runTests([...filter, "--doc", "mod.ts", "lib/"]),
  ]);
  for (const { output } of runs.slice(1)) await Deno.stdout.write(output);
  // What is sampled must not wait for a processor, so nothing runs beside these.
  runs.push(await runTests([...filter, ...files.filter(isSampling)], { isShown: true }));

  const total: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { counts, output } of runs) {
    // Machines that run this often show only the end of what it printed.
    if (counts.failed > 0) console.log(errorsIn(new TextDecoder().decode(output)));
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
  }
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
  console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
  Deno.exit(total.failed > 0 ? 1 : 0);
}

/** The test files below a directory, seen from the checkout's root. */
async function testFiles(directory: string): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${ROOT}/${directory}`)) {
    const path = `${directory}/${name}`;
    if (isDirectory) files.push(...await testFiles(path));
    else if (name.endsWith("_test.ts")) files.push(path);
  }
  return files;
}

/** One run of `deno test`. */
interface Run {
  counts: Counts;
  output: Uint8Array<ArrayBuffer>;
}

async function runTests(
  args: readonly string[],
  { isShown = false }: { isShown?: boolean } = {},
): Promise<Run> {
  const isDoc = args.includes("--doc");
  const child = new Deno.Command(Deno.execPath(), {
    // `deno task ok` checks the types of all tests; those of examples are checked here only.
    args: ["test", "--allow-all", "--no-lock", ...(isDoc ? [] : ["--no-check"]), ...args],
    cwd: ROOT,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const pieces: Uint8Array[] = [];
  for await (const piece of child.stdout) {
    pieces.push(piece);
    if (isShown) await Deno.stdout.write(piece);
  }
  const { success } = await child.status;
  const output = new Uint8Array(await new Blob(pieces as BlobPart[]).arrayBuffer());
  const counts = parseSummary(new TextDecoder().decode(output));
  // A module that does not load is in no summary.
  if (!success && counts.failed === 0) counts.failed = 1;
  return { counts, output };
}

/** Reads deno's last line: `ok | 12 passed (3 steps) | 0 failed | 1 ignored (2s)`. */
function parseSummary(output: string): Counts {
  const summary = output.split("\n").findLast((line) => /\d+ passed.* \| \d+ failed/.test(line));
  const count = (what: string) => Number(summary?.match(`(\\d+) ${what}`)?.[1] ?? 0);
  return { passed: count("passed"), failed: count("failed"), skipped: count("ignored") };
}

/** The end of deno's output, from its list of errors on; all of it where there is none. */
function errorsIn(output: string): string {
  const lines = output.trimEnd().split("\n");
  const start = lines.findLastIndex((line) => stripVTControlCharacters(line) === " ERRORS ");
  return lines.slice(Math.max(start, 0)).join("\n");
}

if (import.meta.main) await main(Deno.args);
