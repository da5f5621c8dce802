import { deepEqual, equal } from "node:assert/strict";
import { fileURLToPath } from "node:url";

import { parseCommandLine } from "../../../lib/command/command_line.ts";
import { parseOptionsOf } from "../../../lib/command/options.ts";
import { decide } from "../../../lib/command/profile/decide.ts";
import {
  hasFailedEarly,
  notesOnOtherProcesses,
  warnOfNoNames,
} from "../../../lib/command/profile/missing_names.ts";
import type { ProfileRun, Recorded } from "../../../lib/command/profile/recorded_run.ts";
import { LoggedProgram } from "../../../lib/command/program/logged_script.ts";
import type { Recording } from "../../../lib/recording/recording.ts";
import { timedRecording } from "../../support/timed_recording.ts";

const app = fileURLToPath(import.meta.resolve("../../support/demo.ts"));
const TRAMPOLINES = ["--engine", "trampolines"];

/** A run of `profile` with these words. */
function runOf(...args: string[]): ProfileRun {
  const line = parseCommandLine(args, parseOptionsOf("profile"), { takesCommand: true });
  return { ...decide(line), program: { command: [], env: {} } };
}

const NAMED = timedRecording([{ stack: "f@/a.ts:1:1", time: 1 }]);
const NAMELESS = timedRecording([{ stack: "memmove", time: 1 }]);

function recorded(
  recording: Recording,
  { code = 0, signal = null as string | null } = {},
): Recorded {
  return { ending: { code, signal }, recordings: [recording], recording: "perf.data" };
}

/** The warning that warnOfNoNames() prints; `undefined` where it prints none. */
function warningOf(run: ProfileRun, recording = NAMELESS): string | undefined {
  const printed: string[] = [];
  const { error } = console;
  console.error = (text: string) => void printed.push(text);
  try {
    warnOfNoNames(run, recorded(recording));
  } finally {
    console.error = error;
  }
  equal(printed.length <= 1, true);
  return printed[0];
}

const WARNING = "warning: no js:: frame was seen";

Deno.test("hasFailedEarly() is true of a script that failed before one of its functions was seen", () => {
  const failed = recorded(NAMELESS, { code: 1 });
  equal(hasFailedEarly(runOf(app), failed), true);
  equal(hasFailedEarly(runOf(...TRAMPOLINES, app), failed), true);
  // It ran well, was seen, was killed, or has names for no function.
  equal(hasFailedEarly(runOf(app), recorded(NAMELESS)), false);
  equal(hasFailedEarly(runOf(app), recorded(NAMED, { code: 1 })), false);
  equal(hasFailedEarly(runOf(app), recorded(NAMELESS, { code: 137, signal: "SIGKILL" })), false);
  equal(hasFailedEarly(runOf("-X", "perf=0", app), failed), false);
  // A command without a runtime, the demo and another process may fail in many ways.
  equal(hasFailedEarly(runOf("--", "sh"), failed), false);
  equal(hasFailedEarly(runOf(), failed), false);
  equal(hasFailedEarly({ ...runOf(app), pid: 1 }, failed), false);
  // Then the names are missing for a reason of their own.
  equal(hasFailedEarly(runOf(...TRAMPOLINES, "--exclude", "**", app), failed), false);
});

Deno.test("warnOfNoNames() says nothing where a function was seen, or none has a name", () => {
  equal(warningOf(runOf(app), NAMED), undefined);
  equal(warningOf(runOf("-X", "perf=0", app)), undefined);
});

Deno.test("warnOfNoNames() names what keeps a script's functions from having names", () => {
  const warning = (...args: string[]) => warningOf(runOf(...TRAMPOLINES, ...args))!;
  equal(
    warning("--runtime-args=--allow-env", app),
    `${WARNING}: trampolines stay off without --allow-ffi --allow-read --allow-write=/tmp`,
  );
  equal(
    warning("https://x.y/a.ts"),
    `${WARNING}: "https://x.y/a.ts" comes from the network, and Deno hands over no text of it to instrument`,
  );
  equal(
    warning("--exclude", "**/*.ts", app),
    `${WARNING}: --exclude "**/*.ts" leaves "${app}" out`,
  );
  equal(warning("--include", "src", app), `${WARNING}: --include "src" leaves "${app}" out`);
  equal(
    warning(app),
    `${WARNING}: the program ran too briefly, or waited, or trampolines are off; doctor says what works here`,
  );
  equal(
    warning("-X", "perf_jit", "--call-graph", "dwarf,8192", app),
    `${WARNING}, next try --call-graph dwarf,16384`,
  );
});

Deno.test("warnOfNoNames() says what a process that runs already must have", () => {
  equal(
    warningOf({ ...runOf(...TRAMPOLINES, app), pid: 1 }),
    `${WARNING}, the program must have loaded @x/perf, and trampolines must be on (--toggle-signal)`,
  );
});

Deno.test("warnOfNoNames() says whether a command has started a runtime that wrote V8's log", () => {
  const run = runOf("--", "sh", "-c", "exit");
  using program = new LoggedProgram({
    line: run.line,
    script: undefined,
    wish: run.naming.wish,
    isPreloaded: false,
  });
  equal(
    warningOf({ ...run, program }),
    `${WARNING}: "sh -c exit" has started no Deno and no Node that wrote V8's log`,
  );
  const byPath = runOf("--", "/opt/node", "a.js");
  equal(
    warningOf({ ...byPath, program }),
    `${WARNING}: "/opt/node a.js" has started no Deno and no Node that wrote V8's log, ` +
      'name it as "node", by PATH',
  );
  const failed = recorded(NAMELESS, { code: 1 });
  equal(hasFailedEarly({ ...run, program }, failed), false);
  const brief =
    `${WARNING}: the program ran too briefly, or waited; a higher -F takes more samples`;
  // `run` keeps the logs in /tmp, where another test would find one of a process that it knows.
  const log = `${program.directory.path}/isolate-0x1000-8388608-8388608-5.log`;
  Deno.writeTextFileSync(log, "");
  equal(warningOf({ ...run, program }), brief);
  equal(hasFailedEarly({ ...run, program }, failed), true);
  Deno.removeSync(log);
  equal(warningOf(runOf(app)), brief);
});

Deno.test("notesOnOtherProcesses() tells the time of processes that have no trampolines", () => {
  const note = (share: number, run = runOf(...TRAMPOLINES, app)) =>
    notesOnOtherProcesses(
      run,
      recorded(timedRecording([
        { stack: "f@/a.ts:1:1", time: 1, weight: 100 - share },
        { stack: "read@node:fs:1:1", time: 2, pid: 2, tid: 2, weight: share },
      ])),
    );
  deepEqual(note(30), [
    "note: 30 % of the time is of processes that the script has started, without names: only the " +
    "script's own has trampolines, --engine v8 names them all",
  ]);
  deepEqual(note(2), []);
  deepEqual(note(30, runOf(app)), []);
  deepEqual(note(30, runOf("--", "sh")), []);
  deepEqual(note(30, { ...runOf(...TRAMPOLINES, app), script: undefined }), []);
  const other = (samples: Parameters<typeof timedRecording>[0]) =>
    notesOnOtherProcesses(runOf(...TRAMPOLINES, app), recorded(timedRecording(samples)));
  // Native programs have no names to miss, and without any nothing is known.
  deepEqual(
    other([{ stack: "f@/a.ts:1:1", time: 1 }, { stack: "memmove", time: 2, pid: 2, tid: 2 }]),
    [],
  );
  deepEqual(other([{ stack: "read@node:fs:1:1", time: 1 }]), []);
  // The runtime's own code in the script's process is the script's.
  deepEqual(other([{ stack: "f@/a.ts:1:1", time: 1 }, { stack: "read@node:fs:1:1", time: 2 }]), []);
});
