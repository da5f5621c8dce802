import { deepEqual, equal, match, ok } from "node:assert/strict";

import { parseCommandLine } from "../../../lib/command/command_line.ts";
import { parseOptionsOf } from "../../../lib/command/options.ts";
import {
  LoggedProgram,
  type LoggedProgramOptions,
} from "../../../lib/command/program/logged_script.ts";
import { CLOCK_FILE, parseClockFile } from "../../../lib/v8_log/clock_file.ts";
import { Workplace } from "../../support/command_process.ts";

/** A program of a command line of `profile`. */
function programOf(args: readonly string[], options: Partial<LoggedProgramOptions> = {}) {
  const line = parseCommandLine(args, parseOptionsOf("profile"), { takesCommand: true });
  const wish = { backend: undefined, engine: "auto" } as const;
  return new LoggedProgram({ line, script: line.script, wish, isPreloaded: false, ...options });
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

Deno.test("LoggedProgram starts a script with V8's flags in the environment", () => {
  using program = programOf(["--runtime-args", "--allow-net", "app.ts", "a b"]);
  deepEqual(program.command, [Deno.execPath(), "run", "--allow-net", "app.ts", "a b"]);
  const flags = program.env["DENO_V8_FLAGS"]!.split(",");
  ok(flags.includes("--log-code"));
  equal(flags.at(-1), `--logfile=${program.directory.logFile}`);
  equal(flags.some((flag) => flag.includes("inlining")), false);
  equal(program.env["NODE_OPTIONS"], Deno.env.get("NODE_OPTIONS"));
  equal(exists(program.directory.path), true);
});

Deno.test("LoggedProgram takes a command as it is", () => {
  using program = programOf(["--", "npm", "test", "--x"]);
  deepEqual(program.command, ["npm", "test", "--x"]);
  match(program.env["DENO_V8_FLAGS"]!, /--logfile=/);
});

Deno.test("LoggedProgram loads our module in front of a script that needs it, and keeps all frames on wish", () => {
  using program = programOf(["app.ts"], { isPreloaded: true, inlinesNothing: true });
  const preload = import.meta.resolve("../../../lib/sampler_preload.ts");
  ok(program.command.includes(`--preload=${preload}`), program.command.join(" "));
  match(program.env["DENO_V8_FLAGS"]!, /--no-turbo-inlining/);
});

Deno.test("LoggedProgram keeps a recording's logs, and removes its directory in /tmp", async () => {
  await using place = new Workplace();
  const recording = `${place.path}/perf.data`;
  const program = programOf(["app.ts"], { recording });
  equal(program.directory.path, `${recording}.v8`);
  ok(exists(program.directory.root));
  program[Symbol.dispose]();
  program[Symbol.dispose]();
  equal(exists(program.directory.root), false);
  equal(exists(`${recording}.v8`), true);
});

Deno.test("begin() watches the logs, and finish() writes down how their clocks run", async () => {
  await using place = new Workplace();
  const logs: string[] = [];
  using program = programOf(["app.ts"], {
    recording: `${place.path}/perf.data`,
    onLog: ({ path }) => void logs.push(path),
  });
  equal(program.watch, undefined);
  program.finish();
  program.begin();
  ok(program.watch !== undefined);
  const name = `isolate-0x1000-${Deno.pid}-${Deno.pid}-${Date.now()}.log`;
  place.write(`perf.data.v8/${name}`, "v8-version,15,0,245,2,-rusty,0\n");
  program.finish();
  const clock = parseClockFile(Deno.readTextFileSync(`${program.directory.path}/${CLOCK_FILE}`));
  deepEqual(Object.keys(clock!.logs), [name]);
  deepEqual(logs, [`${program.directory.path}/${name}`]);
});
