/**
 * Runs test262 plain, instrumented and inactive, instrumented and active, and shows every run
 * that passes plain and fails instrumented:
 *
 *     git clone --depth 1 https://github.com/tc39/test262 /tmp/test262
 *     deno run -A scripts/compare/test262.ts /tmp/test262 [OPTIONS] [PATH…]
 *
 * Paths are of files or directories below the suite's `test/`. Without any, the parts run that
 * instrumenting could affect. A process runs many tests, each in a fresh realm.
 *
 *     --goal=script      Tests that are no modules run as scripts; global code is not instrumented
 *     --goal=commonjs    … run as CommonJS modules, the bodies of functions
 *     --goal=module      … run as modules
 *     --goal=pieces      … run as modules, and all modules get additional awaits
 *     --node=PROGRAM     In Node, 22.18 or newer, instead of Deno
 *     --every=N          Every Nth test only
 *     --first=K          … beginning with the Kth, from 0 on
 *     --recorded         Compares plain runs with those of processes that record awaits and spans
 *     --outside          Each run is a program of its own, started with `--preload`; slow
 *
 * The exit status is 1 where there is a difference. Results of commit be13516fb6, November 2026:
 *
 *                        --goal      runs               pass plain   differences
 *     Deno 2.9.6         script      49067              48317        0
 *                        commonjs    12257, two of 8    11956        0
 *                        module      12263, two of 8    11622        0
 *                        pieces      6110, one of 8     5102         0
 *     Node 24.21.0       script      49066              48207        0
 *                        commonjs    6139, one of 8     5984         0
 *                        module      6130, one of 8     5783         0
 *                        pieces      6139, one of 8     5120         0
 *     Node 22.23.3       script      6144, one of 8     5994         0
 *
 * With --recorded, a spot check of async functions, async generators, promises and iteration (687
 * runs, 641 pass plain) had no difference.
 *
 * In Node two of 24542 runs once differed, by a crash of V8 itself. Since then loops over `await
 * using` are left in one piece.
 *
 * Among them are 350 runs of syntax that V8 knows and the instrumenter's parser does not:
 * `import defer`, `import source`, and calls as targets of assignments. They run uninstrumented.
 *
 * Do not rebuild the native library in its place meanwhile: that ends the processes that have it
 * open.
 *
 * @module
 */
import { parseArgs } from "node:util";

import { type Report, runBatch } from "./test262/batch.ts";
import type { Goal } from "./test262/evaluation.ts";
import type { Mode } from "./test262/instrument.ts";
import { runOutside } from "./test262/outside.ts";
import { findTests } from "./test262/suite.ts";

/** The parts of the suite on functions, and on everything that their bodies consist of. */
const PATHS = [
  "language",
  "annexB/language",
  "built-ins/Function",
  "built-ins/GeneratorFunction",
  "built-ins/GeneratorPrototype",
  "built-ins/AsyncFunction",
  "built-ins/AsyncGeneratorFunction",
  "built-ins/AsyncGeneratorPrototype",
  "built-ins/AsyncFromSyncIteratorPrototype",
  "built-ins/Promise",
  "built-ins/Proxy",
  "built-ins/Reflect",
];

/** The number of tests that one process runs. It is limited because contexts are slow to free. */
const BATCH_SIZE = 250;

async function main(args: string[]): Promise<number> {
  const { values, positionals: [suite, ...paths] } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      goal: { type: "string", default: "script" },
      node: { type: "string" },
      every: { type: "string", default: "1" },
      first: { type: "string", default: "0" },
      outside: { type: "boolean", default: false },
      recorded: { type: "boolean", default: false },
    },
  });
  if (suite === undefined) throw new TypeError("Cannot run test262: its directory is not given");
  const tests = findTests(suite, paths.length > 0 ? paths : PATHS)
    .filter((_, index) => index % Number(values.every) === Number(values.first));
  const results = new Results(values.recorded ? ["recorded"] : ["inactive", "active"]);
  const told = (report: Report) => results.add(report);
  await Promise.all(Array.from({ length: navigator.hardwareConcurrency }, async () => {
    while (tests.length > 0) {
      const paths = tests.splice(0, values.outside ? 1 : BATCH_SIZE);
      if (values.outside) await runOutside(suite, paths[0]!, told);
      else {
        const batch = { suite, goal: values.goal as Goal, paths, node: values.node };
        for (const only of values.recorded ? ["plain", "recorded"] as const : [undefined]) {
          await runBatch({ ...batch, only }, told);
        }
      }
      if (!values.outside) console.error(`${tests.length} tests left`);
    }
  }));
  return results.print() > 0 ? 1 : 0;
}

class Results {
  readonly #modes: readonly Mode[];
  readonly #reports = new Map<string, Map<Mode, string | undefined>>();
  readonly #unparsed = new Set<string>();

  /** @param modes The modes that are compared with the plain one. */
  constructor(modes: readonly Mode[]) {
    this.#modes = modes;
  }

  add({ path, variant, mode, reason, unparsed }: Report): void {
    const run = `${path} (${variant})`;
    if (unparsed) this.#unparsed.add(run);
    if (!this.#reports.has(run)) this.#reports.set(run, new Map());
    this.#reports.get(run)!.set(mode, reason);
  }

  /** Prints the differences by their reason, and returns how many there are. */
  print(): number {
    const differences: { reason: string; run: string }[] = [];
    let passed = 0;
    for (const [run, reasons] of this.#reports) {
      if (reasons.get("plain") !== undefined) continue;
      passed++;
      for (const mode of this.#modes) {
        const reason = reasons.has(mode) ? reasons.get(mode) : "no result";
        if (reason !== undefined) differences.push({ reason, run: `${run} ${mode}` });
      }
    }
    const groups = Map.groupBy(differences, ({ reason }) => reason.slice(0, 120));
    for (const [reason, group] of [...groups].sort(([, a], [, b]) => b.length - a.length)) {
      console.log(`${group.length} × ${reason}`);
      for (const { run } of group) console.log(`    ${run}`);
    }
    console.log(
      `${this.#reports.size} runs, ${passed} pass plain; ${differences.length} differences; ` +
        `${this.#unparsed.size} ran as they are, their syntax is unknown to the parser`,
    );
    return differences.length;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
