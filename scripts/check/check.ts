/**
 * Runs the checks of CI, also before a commit:
 *
 *     deno task ok             format, lint, types, documentation, prebuilt files, tests
 *     deno task ok --static    all but the tests
 *
 * Prints a line for each step, and the whole output of a step that fails.
 */
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

const ENTRY_POINTS = ["mod.ts", "lib/preload.ts", "lib/command/cli.ts"];

/** One check: its name, and the arguments of `deno` that run it. */
interface Step {
  name: string;
  args: readonly string[];
  /** Whether a warning is a failure too. @default false */
  isQuiet?: boolean;
  /** Commands that it needs beside `deno`. If one is missing, it is skipped, except under `CI`. */
  needs?: readonly string[];
}

const STEPS: readonly Step[] = [
  { name: "format", args: ["fmt", "--check"] },
  { name: "lint", args: ["lint"] },
  {
    name: "types",
    args: ["check", "--no-lock", "mod.ts", "ffi", "lib", "scripts", "tests"],
  },
  {
    // The page runs in browsers, so it is checked with their types.
    name: "types of the report's page",
    args: ["check", "--frozen", "--config", "bundles/deno.json", "bundles/page/main.ts"],
  },
  { name: "documentation", args: ["doc", "--lint", ...ENTRY_POINTS] },
  {
    name: "tables of the documents",
    args: ["run", "--allow-read", "--no-lock", "scripts/check/option_tables.ts", "--check"],
  },
  { name: "JSR package", args: ["publish", "--dry-run", "--allow-dirty"], isQuiet: true },
  {
    name: "prebuilt native libraries",
    args: ["run", "--allow-all", "scripts/build/ffi.ts", "--check"],
    needs: ["x86_64-linux-gnu-gcc", "aarch64-linux-gnu-gcc"],
  },
  {
    name: "bundles of libraries",
    args: ["run", "--allow-all", "--no-lock", "scripts/build/bundles.ts", "--check"],
  },
];

async function main(args: readonly string[]): Promise<void> {
  let failed = 0;
  for (const step of STEPS) {
    if (!await passes(step)) failed++;
  }
  if (!args.includes("--static")) {
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", "scripts/check/test.ts"],
      cwd: root,
      stdin: "null",
    }).spawn().status;
    failed += code;
  }
  Deno.exit(failed > 0 ? 1 : 0);
}

async function passes({ name, args, isQuiet = false, needs = [] }: Step): Promise<boolean> {
  const missing = needs.filter((command) => !runs(command));
  if (missing.length > 0) {
    const required = Boolean(Deno.env.get("CI"));
    console.log(`${name} ... ${required ? "FAILED" : "skipped"}: no ${missing.join(", no ")}`);
    return !required;
  }
  const { success: ended, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const success = ended && !(isQuiet && /^warning\b/mi.test(new TextDecoder().decode(stderr)));
  console.log(`${name} ... ${success ? "ok" : "FAILED"}`);
  if (!success) {
    await Deno.stdout.write(stdout);
    await Deno.stdout.write(stderr);
  }
  return success;
}

function runs(command: string): boolean {
  try {
    return new Deno.Command(command, { args: ["--version"], stdin: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

if (import.meta.main) await main(Deno.args);
