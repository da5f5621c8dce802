import { checkFormats } from "../../../report/format.ts";
import { parseToggleSignal } from "../../../instrument/toggle_signal.ts";
import type { HeapKind } from "../../../recording/heap/heap_file.ts";
import { currentPlatform } from "../../../runtime/runtime.ts";
import type { HeapWish } from "../../../sampler/heap/heap_wish.ts";
import { type CommandLine, lastValue, usageError } from "../../command_line.ts";
import { checkScript } from "../../program/script.ts";
import { decideReport, type ReportWish } from "../../report/reports.ts";
import { secondsOf } from "../decide.ts";
import { parseInterval } from "../memory_interval.ts";
import { outputName } from "../output_name.ts";
import { scopeOf } from "../scope_control.ts";
import process from "node:process";

/** The checked wishes of the command line. */
export interface HeapPlan {
  /** The part of the wish that the command line decides. */
  wish: Omit<HeapWish, "directory">;
  /** Whether V8 inlines functions, as without a recording. */
  inlines: boolean;
  /** The file of the recording. */
  output: string;
  report: ReportWish;
  /** The seconds after which the program is ended; `undefined` where it ends by itself. */
  seconds: number | undefined;
}

/**
 * The mean bytes between two samples. Go's pprof takes a sample each half as many bytes
 * (runtime/mprof.go, `MemProfileRate`). With so many TypeScript's checker took 6 to 8 % longer.
 */
export const DEFAULT_INTERVAL = 1 << 20;

/** Options that recordings of memory have; all others are of recordings of time. */
const USABLE: ReadonlySet<string> = new Set([
  "alloc",
  "live",
  "interval",
  "snapshot-signal",
  "no-inlining",
  "scope",
  "duration",
  "runtime-args",
  "toggle-signal",
  "format",
  "tree",
  "max-lines",
  "app-only",
  "no-source",
  "output",
  "quiet",
]);

/** Returns the memory that a command line wants to be recorded; `undefined` for time. */
export function heapKindOf(line: CommandLine): HeapKind | undefined {
  const kinds = (["alloc", "live"] as const).filter((kind) => line.options.has(kind));
  if (kinds.length === 2) {
    throw usageError(
      "Cannot use --alloc with --live: V8 counts either all objects or those that are still held",
    );
  }
  const [kind] = kinds;
  const lonely = ["snapshot-signal", "no-inlining"].find((name) => line.options.has(name));
  if (kind === undefined && lonely !== undefined) {
    throw usageError(`Cannot use --${lonely} without --alloc or --live`);
  }
  return kind;
}

/**
 * Checks the command line, as far as possible before anything runs.
 *
 * @throws {PerfError} With code `usage`, if an option is of recordings of time, or there is no script.
 * @throws {RangeError} If a value is none that its option takes.
 */
export function decideHeap(line: CommandLine, kind: HeapKind): HeapPlan {
  for (const name of line.options.keys()) {
    if (USABLE.has(name)) continue;
    const reason = name === "pid"
      ? "the program must be started with it, and --snapshot-signal writes while it runs"
      : "it is for recordings of time";
    throw usageError(`Cannot use --${name} with --${kind}: ${reason}`);
  }
  const { runtime } = currentPlatform();
  if (runtime.name === "bun") {
    throw usageError(`Cannot use --${kind} in Bun: its engine is JavaScriptCore, must be V8`);
  }
  if (line.command.length > 0) {
    throw usageError(`Cannot use --${kind} with a command: must be a script`);
  }
  checkScript(line.script);
  const report = decideReport(line);
  checkFormats(report.formats, "bytes");
  const pattern = lastValue(line, "output") ?? `${kind}.json`;
  const signal = lastValue(line, "snapshot-signal");
  const interval = lastValue(line, "interval");
  return {
    wish: {
      kind,
      interval: interval === undefined ? DEFAULT_INTERVAL : parseInterval(interval),
      scope: scopeOf(line),
      ...signal === undefined
        ? {}
        : { snapshotSignal: parseToggleSignal(signal, "--snapshot-signal") },
    },
    inlines: !line.options.has("no-inlining"),
    output: outputName(pattern, { time: Date.now(), pid: process.pid }),
    report,
    seconds: secondsOf(line),
  };
}
