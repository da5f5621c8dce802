import { type Frame, isThreadStart } from "../frame.ts";
import { FrameTable } from "../frame_table.ts";
import { totalLost } from "../lost_samples.ts";
import { type PerfHeader, readPerfHeader } from "./perf_header.ts";
import { measuredEvent } from "../measured_event.ts";
import type { Recording } from "../recording.ts";
import { SampleCollector } from "../sample_collector.ts";
import type { Thread } from "../thread.ts";
import { ThreadTable } from "../thread_table.ts";

/**
 * The options of `perf script` whose output {@linkcode readPerfScript} reads. perf refuses to print
 * fields that the recording does not have.
 *
 * @param fields Whether samples have times and periods.
 */
export function perfScriptArgs(
  { hasTimes = true, hasPeriods = true }: { hasTimes?: boolean; hasPeriods?: boolean } = {},
): string[] {
  const time = hasTimes ? ["time"] : [];
  const period = hasPeriods ? ["period"] : [];
  return [
    "--header",
    "--show-lost-events",
    "--ns",
    "-F",
    ["comm", "pid", "tid", ...time, ...period, "event", "ip", "sym", "dso"].join(),
    // Unwound stacks can be deeper than the 127 frames that perf shows by default.
    "--max-stack",
    "1024",
    "--no-inline",
  ];
}

/** The kernel's default of `kernel.perf_event_max_stack`. */
const DEFAULT_MAX_FRAMES = 127;

/**
 * The first line of a sample: thread, process and thread number, time, weight, event, as
 * `deno    6190/6190   1287.000123456:     100010 cpu-clock: `. A thread's name may have anything in it,
 * so the numbers are the last ones that fit.
 */
const SAMPLE = /^(.*) +(-?\d+)\/(-?\d+) +(?:(\d+)\.(\d{6,9}): +)?(?:(\d+) +)?(\S.*?): *$/;

/**
 * A frame of a sample, as `    7fbd3a94db70 _start (/usr/lib/ld.so)`. A file's name may have
 * parentheses.
 */
const FRAME = /^\s+([0-9a-f]+) (.*) \(((?:[^()]|\([^()]*\))*)\)$/;

/** A report of lost samples, as `deno 6190/6190 12.000000345: PERF_RECORD_LOST lost 71`. */
const LOST = /\bPERF_RECORD_LOST(_SAMPLES)? lost (\d+)/;

/**
 * Reads the output of `perf script` with {@linkcode perfScriptArgs}.
 *
 * @param text The text that it prints, in pieces of any size.
 * @param options Facts that are not in the text.
 * @returns A recording per event, in the order of the header.
 */
export async function readPerfScript(
  text: Iterable<string> | AsyncIterable<string>,
  options: ScriptOptions = {},
): Promise<Recording[]> {
  const reader = new PerfScriptReader(options);
  let rest = "";
  for await (const piece of text) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop()!;
    // There are millions of lines, so they do not take a turn of the event loop each.
    for (const line of lines) reader.read(line);
  }
  reader.read(rest);
  return reader.end();
}

/** Options of {@linkcode readPerfScript}. */
export interface ScriptOptions {
  /** The kernel's `perf_event_max_stack` at the time of the recording. @default {127} */
  maxFrames?: number;
  /** Command lines of processes, with the program first. */
  commands?: ReadonlyMap<number, readonly string[]>;
}

interface Sample {
  thread: Thread;
  time: number | undefined;
  weight: number;
  event: string;
  /** Innermost first, as perf prints them. */
  frames: Frame[];
}

class PerfScriptReader {
  readonly #maxFrames: number;
  readonly #commands: ScriptOptions["commands"];
  readonly #headerLines: string[] = [];
  #header: PerfHeader | undefined;
  readonly #threads = new ThreadTable();
  readonly #collectors = new Map<string, SampleCollector>();
  readonly #frames = new FrameTable();
  /** Frames by their lines. */
  readonly #known = new Map<string, Frame>();
  #sample: Sample | undefined;
  #lost = 0;
  #lostSamples = 0;
  #unreadLines = 0;

  constructor({ maxFrames = DEFAULT_MAX_FRAMES, commands }: ScriptOptions) {
    this.#maxFrames = maxFrames;
    this.#commands = commands;
  }

  read(line: string): void {
    if (this.#sample !== undefined) {
      const frame = this.#known.get(line) ?? this.#readFrame(line);
      if (frame !== undefined) {
        this.#sample.frames.push(frame);
        return;
      }
    }
    const [, name, pid, tid, seconds, fraction, period, event] = SAMPLE.exec(line) ?? [];
    if (event !== undefined) {
      this.#endSample();
      const thread = { pid: Number(pid), tid: Number(tid), name: name!.trimEnd() };
      const count = period === undefined ? 1 : Number(period);
      const weight = count * measuredEvent(event).scale;
      this.#sample = { thread, time: nanoseconds(seconds, fraction), weight, event, frames: [] };
    } else if (line.startsWith("#")) {
      this.#headerLines.push(line);
    } else if (line.trim() !== "") {
      // The frames that follow are not those of the sample before.
      this.#endSample();
      const [, samples, count] = LOST.exec(line) ?? [];
      if (count === undefined) this.#unreadLines++;
      else if (samples === undefined) this.#lost += Number(count);
      else this.#lostSamples += Number(count);
    }
  }

  end(): Recording[] {
    this.#endSample();
    const { countsLostTwice, ...header } = this.#facts();
    const collectors = [...this.#collectors];
    const scripted = new Set(collectors.flatMap(([, collector]) => [...collector.scripted()]));
    return inOrder(collectors, this.#headerLines).map(([event, collector]) => ({
      sampler: "perf",
      ...header,
      event: measuredEvent(event).event,
      unit: measuredEvent(event).unit,
      maxFrames: header.callGraph?.method === "dwarf" ? undefined : this.#maxFrames,
      unreadLines: this.#unreadLines,
      lostSamples: totalLost(this.#lost, this.#lostSamples, countsLostTwice),
      ...collector.end(scripted, this.#commands),
    }));
  }

  #readFrame(line: string): Frame | undefined {
    const [, address, symbol, module] = FRAME.exec(line) ?? [];
    if (address === undefined) return undefined;
    const isKernel = isKernelAddress(address);
    const runtimes = this.#facts().command.slice(0, 1);
    const frame = this.#frames.at({ symbol: symbol!, module: module!, isKernel, runtimes });
    this.#known.set(line, frame);
    return frame;
  }

  #endSample(): void {
    if (this.#sample === undefined) return;
    const { event, frames, ...sample } = this.#sample;
    this.#sample = undefined;
    const isFull = this.#facts().callGraph?.method === "dwarf" || frames.length >= this.#maxFrames;
    const isCut = isFull && !frames.some(isThreadStart);
    let collector = this.#collectors.get(event);
    if (collector === undefined) {
      this.#collectors.set(event, collector = new SampleCollector(this.#threads));
    }
    collector.add({ ...sample, frames: frames.reverse(), isCut });
  }

  /** The header's facts. Called first at a sample, when the header is complete. */
  #facts(): PerfHeader {
    return this.#header ??= readPerfHeader(this.#headerLines);
  }
}

/** Events in the order in which the header names them: `# event : name = cycles, , id = …`. */
function inOrder<Value>(
  events: readonly [string, Value][],
  header: readonly string[],
): [string, Value][] {
  const names = header.map((line) => /^# event : name = (.*?), /.exec(line)?.[1]);
  const rank = (event: string) => {
    const at = names.indexOf(event);
    return at < 0 ? names.length : at;
  };
  return events.toSorted(([a], [b]) => rank(a) - rank(b));
}

/** Whether an address is the kernel's, which has the upper half of a 64-bit address space. */
function isKernelAddress(address: string): boolean {
  return address.length === 16 && address >= "8";
}

/** Returns a time in nanoseconds; `undefined` where the text has no times. */
function nanoseconds(seconds?: string, fraction?: string): number | undefined {
  if (seconds === undefined) return undefined;
  return Number(seconds) * 1e9 + Number(fraction!.padEnd(9, "0"));
}
