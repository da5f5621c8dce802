/**
 * Runs the tests in tests/ and the examples in the documentation:
 *
 *     deno task test              all of them
 *     deno task test withPerf     those whose name has "withPerf" in it
 *
 * Ends with a line `N passed, N failed` over both, and with status 1 if anything failed.
 */
import { fileURLToPath } from "node:url";

/** The numbers of tests that passed, failed and were ignored. */
interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const RUNS: readonly (readonly string[])[] = [
  ["tests/"],
  ["--doc", "mod.ts", "lib/"],
];

async function main(filters: readonly string[]): Promise<void> {
  const total: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const run of RUNS) {
    const counts = await runTests([...filters.map((text) => `--filter=${text}`), ...run]);
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
  }
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
  console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
  Deno.exit(total.failed > 0 ? 1 : 0);
}

async function runTests(args: string[]): Promise<Counts> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "--allow-all", "--no-lock", ...args],
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const output: Uint8Array[] = [];
  for await (const chunk of child.stdout) {
    output.push(chunk);
    await Deno.stdout.write(chunk);
  }
  const { success } = await child.status;
  const counts = parseSummary(await new Blob(output as BlobPart[]).text());
  // A failure outside of tests (a type, a module that does not load) is in no summary.
  if (!success && counts.failed === 0) counts.failed = 1;
  return counts;
}

/** Reads deno's last line: `ok | 12 passed (3 steps) | 0 failed | 1 ignored (2s)`. */
function parseSummary(output: string): Counts {
  const summary = output.split("\n").findLast((line) => /\d+ passed.* \| \d+ failed/.test(line));
  const count = (what: string) => Number(summary?.match(`(\\d+) ${what}`)?.[1] ?? 0);
  return { passed: count("passed"), failed: count("failed"), skipped: count("ignored") };
}

if (import.meta.main) await main(Deno.args);
