import { deepEqual, doesNotThrow, equal, throws } from "node:assert/strict";
import { fileURLToPath } from "node:url";

import { parseCommandLine } from "../../../lib/command/command_line.ts";
import { parseOptionsOf } from "../../../lib/command/options.ts";
import { checkScript, missingFlags, scriptCommand } from "../../../lib/command/program/script.ts";

function commandOf(...args: string[]) {
  const line = parseCommandLine(args, parseOptionsOf("run"));
  return scriptCommand({
    script: line.script!,
    scriptArgs: line.scriptArgs,
    line,
    wish: { backend: "perf", engine: "native" },
  });
}

Deno.test("scriptCommand() starts this runtime with the preload and all permissions", () => {
  const { command: whole } = commandOf("app.ts", "-A", "--", "x");
  const command = whole.filter((word) => !word.startsWith("--v8-flags="));
  const preload = import.meta.resolve("../../../lib/preload.ts");
  deepEqual(command, [
    Deno.execPath(),
    "run",
    "-A",
    `--preload=${preload}`,
    "app.ts",
    "-A",
    "--",
    "x",
  ]);
});

Deno.test("scriptCommand() takes the runtime's flags instead of -A", () => {
  const { command } = commandOf("--runtime-args", "  --allow-net  --v8-flags=--jitless ", "app.ts");
  deepEqual(command.slice(2, 4), ["--allow-net", "--v8-flags=--jitless"]);
  equal(command.includes("-A"), false);
});

Deno.test("scriptCommand() puts the switches into the environment, and keeps the rest", () => {
  const { env } = commandOf("app.ts");
  equal(env["JS_PERF_SUPPORT"], "1");
  equal(env["JS_PERF_ENGINE"], "native");
  equal("JS_PERF_JIT_SUPPORT" in env, false);
  equal(env["PATH"], Deno.env.get("PATH"));
});

Deno.test("missingFlags() names the flags that trampolines lack", () => {
  const missing = (text: string) =>
    missingFlags(parseCommandLine([`--runtime-args=${text}`], parseOptionsOf("run")));
  deepEqual(missingFlags(parseCommandLine([], parseOptionsOf("run"))), []);
  deepEqual(missing("-A"), []);
  deepEqual(missing("--allow-all"), []);
  deepEqual(missing("-P=dev"), []);
  deepEqual(missing("-NREW --allow-ffi=/x"), []);
  deepEqual(missing("--allow-env --allow-ffi --allow-read --allow-write=/tmp"), []);
  deepEqual(missing("--allow-net -R"), ["--allow-env", "--allow-ffi", "--allow-write=/tmp"]);
});

Deno.test("checkScript() accepts files, URLs and standard input", () => {
  const own = import.meta.url;
  for (const script of [fileURLToPath(own), own, "https://x/y.ts", "npm:x", "jsr:@x/y", "-"]) {
    doesNotThrow(() => checkScript(script));
  }
});

Deno.test("checkScript() refuses a missing file, a directory and no name", () => {
  const usage = { name: "PerfError", code: "usage" };
  for (const script of ["/no/such/file.ts", "file:///no/such/file.ts", `${Deno.execPath()}/x.ts`]) {
    throws(() => checkScript(script), {
      ...usage,
      message: `Cannot run script "${script}": there is no such file`,
    });
  }
  throws(() => checkScript("/tmp"), {
    ...usage,
    message: 'Cannot run script "/tmp": it is a directory, must be a file',
  });
  throws(() => checkScript(undefined), usage);
});
