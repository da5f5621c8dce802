import { join } from "node:path";
import { pathToFileURL } from "node:url";

import type { Report } from "./batch.ts";
import type { Mode } from "./instrument.ts";
import {
  harnessOf,
  readTest,
  type Test,
  type Variant,
  variantsOf,
  variantSource,
} from "./suite.ts";

const preload = new URL("../../../lib/preload.ts", import.meta.url).href;

const MODES: Readonly<Record<Mode, { args: string[]; env: Record<string, string> }>> = {
  plain: { args: [], env: {} },
  inactive: { args: [`--preload=${preload}`], env: {} },
  active: { args: [`--preload=${preload}`], env: { JS_PERF_SUPPORT: "1" } },
  // Not run in this way.
  recorded: { args: [], env: {} },
};

/** The time limit of a process, in milliseconds. */
const PATIENCE = 20_000;

/**
 * Runs each test as a program: in a process of its own, in the main realm. There a test may replace
 * builtins that this package uses, too. Scripts run as CommonJS modules; negative tests are left
 * out.
 *
 * @param told Called with every run.
 */
export async function runOutside(
  suite: string,
  path: string,
  told: (report: Report) => void,
): Promise<void> {
  const test = readTest(suite, path);
  if (test.negative !== undefined || test.flags.includes("raw")) return;
  const scratch = Deno.makeTempDirSync();
  try {
    for (const variant of variantsOf(test)) {
      const entry = writeProgram(scratch, suite, test, variant);
      for (const mode of ["plain", "inactive", "active"] as const) {
        const reason = await runProgram(entry, mode);
        told({ path, variant, mode, ended: true, reason });
        if (reason !== undefined && mode === "plain") break;
      }
    }
  } finally {
    Deno.removeSync(scratch, { recursive: true });
  }
}

/** Writes a program that runs a test, with exit status 0 if it passes. */
function writeProgram(scratch: string, suite: string, test: Test, variant: Variant): string {
  const harness = harnessOf(test).map((file) => join(suite, "harness", file));
  const prepare = `
    const { readFileSync } = require("node:fs"), { runInThisContext } = require("node:vm");
    const isAsync = ${test.flags.includes("async")};
    globalThis.print = (text) => { Deno.exitCode = text === "Test262:AsyncTestComplete" ? 0 : 3; };
    globalThis.$262 = { global: globalThis, evalScript: (text) => runInThisContext(text) };
    for (const file of ${JSON.stringify(harness)}) {
      runInThisContext(readFileSync(file, "utf8"), { filename: file });
    }
    if (isAsync) Deno.exitCode = 4;`;
  Deno.writeTextFileSync(join(scratch, "prepare.cjs"), prepare);
  const entry = join(scratch, variant === "module" ? "entry.mjs" : "entry.cjs");
  if (variant === "module") {
    const url = pathToFileURL(join(suite, "test", test.path)).href;
    Deno.writeTextFileSync(entry, `import "./prepare.cjs"; await import(${JSON.stringify(url)});`);
  } else {
    Deno.writeTextFileSync(join(scratch, "test.cjs"), variantSource(test, variant));
    Deno.writeTextFileSync(entry, `require("./prepare.cjs"); require("./test.cjs");`);
  }
  return entry;
}

async function runProgram(entry: string, mode: Mode): Promise<string | undefined> {
  const { args, env } = MODES[mode];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "--no-lock", ...args, entry],
    env: { ...env, NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    signal: AbortSignal.timeout(PATIENCE),
  }).spawn();
  const { code, stderr } = await child.output();
  await Deno.remove(`/tmp/perf-${child.pid}.map`).catch(() => {});
  const text = new TextDecoder().decode(stderr);
  // A warning of this package would be a difference, too.
  const warning = /^@x\/perf: .*$/m.exec(text)?.[0];
  if (code === 0) return warning;
  return /^(error: )?Uncaught.*$/m.exec(text)?.[0] ?? `exit status ${code}: ${text.slice(0, 100)}`;
}
