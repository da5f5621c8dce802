import { type CallGraph, formatCallGraph, parseCallGraph } from "./call_graph.ts";

/** Options of `perf record`. */
export interface PerfRecordOptions {
  /** Samples per second (`-F`). @default {999} */
  frequency?: number;
  /** The way to find callers (`--call-graph`). @default {{ method: "fp" }} */
  callGraph?: CallGraph;
  /**
   * The event to count (`-e`). @default {perf's own choice, cycles where the hardware counts them}
   */
  event?: string;
  /** The file of the recording (`-o`). @default {"perf.data"} */
  output?: string;
  /** A process that runs already (`-p`). */
  pid?: number;
  /** The clock of the timestamps (`-k`); a jitdump needs `mono`. @default {perf's own} */
  clock?: string;
  /**
   * Whether real time is recorded: beside samples of the processor's clock all context switches,
   * with their stacks and times. `event` and `callGraph` must not be given. @default {false}
   */
  isOfRealTime?: boolean;
  /** Size of the buffer: pages, or bytes with a unit, as `16M` (`-m`). @default {perf's own} */
  mmapPages?: number | string;
  /** The program to run and record, with its arguments. @default {[]} */
  command?: readonly string[];
}

/**
 * Samples per second where the user names no number: one each millisecond of processor time costs 3 %
 * (docs/costs.md), and an hour of one busy thread makes some 500 MB. It is no round number, so that it
 * does not keep step with timers.
 */
export const DEFAULT_FREQUENCY = 999;

/** Samples per second of the demo, which runs for half a second. */
export const DEMO_FREQUENCY = 9999;

/** The clocks that perf knows by name (tools/perf/util/clockid.c). */
const CLOCKS: readonly string[] = [
  "monotonic",
  "monotonic_raw",
  "realtime",
  "boottime",
  "tai",
  "mono",
  "raw",
  "real",
  "boot",
];

/**
 * Returns the arguments for `perf record`.
 *
 * @param options The wanted recording.
 * @throws {RangeError} If a number, the clock or a size is none that perf takes.
 *
 * @example
 * ```ts
 * import { perfRecordArgs } from "@x/perf";
 * import { equal } from "node:assert/strict";
 *
 * equal(
 *   perfRecordArgs({ command: ["deno", "run", "app.ts"] }).join(" "),
 *   "-F 999 --call-graph fp -o perf.data -- deno run app.ts",
 * );
 * ```
 */
export function perfRecordArgs(options: PerfRecordOptions = {}): string[] {
  const {
    frequency = DEFAULT_FREQUENCY,
    callGraph = { method: "fp" },
    event,
    output = "perf.data",
    pid,
    clock,
    isOfRealTime = false,
    mmapPages,
    command = [],
  } = options;
  const rate = wholeNumber("frequency", frequency);
  if (isOfRealTime && (event !== undefined || callGraph.method !== "fp")) {
    throw new RangeError(
      `Cannot record real time with ${
        event === undefined ? "a call graph by dwarf" : `event "${event}"`
      }: must be without`,
    );
  }
  const args = isOfRealTime ? realTimeArgs(rate) : ["-F", rate];
  args.push("--call-graph", checkCallGraph(callGraph));
  if (event !== undefined) args.push("-e", text("event", event));
  args.push("-o", text("output", output));
  if (pid !== undefined) args.push("-p", wholeNumber("pid", pid));
  if (clock !== undefined) args.push("-k", checkClock(clock));
  if (mmapPages !== undefined) args.push("-m", checkMmapPages(mmapPages));
  if (command.length > 0) args.push("--", ...command);
  return args;
}

/**
 * Events of real time. The kernel samples a context switch before it happens, with the stack at
 * which the thread stops, and `--switch-events` has the times of all switches. A second event of
 * context switches, with copies of stacks, cannot stand beside this one: the kernel fills one record
 * for all software events of a switch, and gives the second sample the number of the first
 * (`perf_prepare_sample` in kernel/events/core.c, seen with Linux 6.18).
 */
function realTimeArgs(rate: string): string[] {
  return ["--switch-events", "-e", `cpu-clock/freq=${rate}/`, "-e", "context-switches/period=1/"];
}

/** The largest number: perf reads numbers into 32 bits. */
const MAX_NUMBER = 2 ** 31 - 1;

function wholeNumber(what: string, value: number): string {
  if (!(Number.isInteger(value) && value > 0 && value <= MAX_NUMBER)) {
    throw new RangeError(
      `Cannot record with ${what} "${value}": must be a whole number from 1 to ${MAX_NUMBER}`,
    );
  }
  return String(value);
}

function text(what: string, value: string): string {
  if (value === "") throw new RangeError(`Cannot record with ${what} "": must not be empty`);
  return value;
}

function checkCallGraph(callGraph: CallGraph): string {
  const value = formatCallGraph(callGraph);
  parseCallGraph(value);
  return value;
}

function checkClock(clock: string): string {
  if (!CLOCKS.includes(clock.toLowerCase())) {
    throw new RangeError(
      `Cannot record with clock "${clock}": must be one of ${CLOCKS.join(", ")}`,
    );
  }
  return clock;
}

function checkMmapPages(value: number | string): string {
  if (!/^[1-9]\d*[BKMG]?$/i.test(String(value))) {
    throw new RangeError(
      `Cannot record with mmap pages "${value}": must be a number of pages, or a size such as 16M`,
    );
  }
  return String(value);
}
