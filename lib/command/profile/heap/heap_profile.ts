/*
 * `profile --alloc` and `--live`: records the memory of a program by V8's own sampler of its heap.
 * That needs neither perf nor V8's log: V8 names the functions itself.
 */
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { dirname } from "node:path";

import { PerfError } from "../../../base/perf_error.ts";
import { siblingModule } from "../../../base/sibling_module.ts";
import { systemReason } from "../../../base/system_reason.ts";
import type { HeapKind } from "../../../recording/heap/heap_file.ts";
import { HEAP_VARIABLE, type HeapWish } from "../../../sampler/heap/heap_wish.ts";
import type { CommandLine } from "../../command_line.ts";
import { type Ending, runChild } from "../../program/child.ts";
import { NO_INLINING_FLAGS } from "../../program/logged_program.ts";
import { plainCommand, toggleVariables } from "../../program/script.ts";
import { denoCache } from "../../logs/deno_texts.ts";
import { writeReports } from "../../report/reports.ts";
import { checkOutput } from "../output_file.ts";
import { nothingMeasured } from "../recorded_run.ts";
import { writeRecording } from "../write_recording.ts";
import { hasFailedToWrite, readHeap } from "./heap_files.ts";
import { heapNotes } from "./heap_notes.ts";
import { decideHeap } from "./heap_plan.ts";
import { HeapSnapshots } from "./heap_snapshots.ts";

/** The module that has a program record its memory. */
const PRELOAD = siblingModule("../../../heap_preload", import.meta.url);

/** The one that switches trampolines, too. */
const SWITCHING_PRELOAD = siblingModule("../../../sampler_preload", import.meta.url);

/** Milliseconds between two looks for snapshots. */
const LOOK = 250;

/** Milliseconds that a program has to end after `--duration`, before it is killed. */
const GRACE = 5000;

/**
 * Records the memory of a program, and prints the report.
 *
 * @param line The command line.
 * @param kind The memory that is wanted.
 * @returns The program's ending.
 * @throws {PerfError} If the command line is wrong, or nothing was recorded.
 */
export async function profileHeap(line: CommandLine, kind: HeapKind): Promise<Ending> {
  const { wish, inlines, output, report, seconds } = decideHeap(line, kind);
  checkOutput(output);
  const say = (text: string) => report.isQuiet || console.error(text);
  say(`sampler: V8's, each ${wish.interval / 1024} KiB of its heap (--${kind})`);
  const directory = makeDirectory();
  const toggles = toggleVariables(line);
  const switchesTrampolines = wish.scope.kind === "active" || Object.keys(toggles).length > 0;
  try {
    const program = plainCommand(line, { backend: undefined, engine: "auto" }, {
      preload: switchesTrampolines ? SWITCHING_PRELOAD : PRELOAD,
      engineFlags: inlines ? [] : NO_INLINING_FLAGS,
    });
    const { command } = program;
    const snapshots = new HeapSnapshots({
      directory,
      command,
      output,
      onWritten: (path) => say(`snapshot: ${path}`),
      onFailed: ({ message }) => console.error(`warning: ${message}`),
    });
    const asked: HeapWish = { ...wish, directory, denoCache: denoCache() };
    const env = {
      ...program.env,
      ...toggles,
      [HEAP_VARIABLE]: JSON.stringify(asked),
    };
    const looks = setInterval(snapshots.take, LOOK);
    let ending: Ending;
    try {
      const limit = { seconds, signal: "SIGTERM", grace: GRACE } as const;
      ending = await runChild(command, { env, limit, killsAtSecond: true });
    } finally {
      clearInterval(looks);
    }
    snapshots.take();
    const recording = readHeap(directory, command);
    if (recording === undefined) {
      if (hasFailedToWrite(directory)) throw unwritten(output, directory);
      throw nothingMeasured(output, { scope: wish.scope, ending, sampler: "v8" });
    }
    writeRecording(output, recording);
    for (const note of heapNotes(recording, { ending, inlines })) say(note);
    await writeReports([recording], report, { recording: output });
    return ending;
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

/** The program has said itself why it could not write. */
function unwritten(output: string, directory: string): PerfError {
  const parent = dirname(directory);
  return new PerfError(
    `Cannot report "${output}": the program could not write its memory to ${parent}`,
    { code: "file", hint: `df ${parent}` },
  );
}

/** Makes a directory of this user's own, for texts of the program's sources are written there. */
function makeDirectory(): string {
  const parent = fs.existsSync("/tmp") ? "/tmp" : tmpdir();
  try {
    return fs.mkdtempSync(`${parent}/xperf-heap-`);
  } catch (cause) {
    throw new PerfError(`Cannot sample memory: no temporary directory (${systemReason(cause)})`, {
      code: "file",
      hint: "df /tmp; ls -ld /tmp",
      cause,
    });
  }
}
