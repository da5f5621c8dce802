import type { Frame } from "./frame.ts";
import { FrameTable } from "./frame_table.ts";
import { type PerfHeader, readPerfHeader } from "./perf_header.ts";
import type { Recording } from "./recording.ts";
import { StackTable } from "./stack_table.ts";

/** The options of `perf script` whose output {@linkcode readPerfScript} reads. */
export const PERF_SCRIPT_ARGS: readonly string[] = [
  "--header",
  "--show-lost-events",
  "-F",
  "comm,tid,period,event,ip,sym,dso",
  // Unwound stacks can be deeper than perf shows of its own accord, 127 frames.
  "--max-stack",
  "1024",
  "--no-inline",
];

/** The kernel's limit where nobody has changed it (`kernel.perf_event_max_stack`). */
const DEFAULT_MAX_FRAMES = 127;

/** A sample begins: thread, its id, weight, event, as `deno    6190     100010 cpu-clock: `. */
const SAMPLE = /^(\S.*?|) +\d+ +(\d+) +(\S.*?): *$/;

/** One of its frames, as `    7fbd3a94db70 _start (/usr/lib/ld.so)`; a file's name may have parentheses. */
const FRAME = /^\s+([0-9a-f]+) (.*) \(((?:[^()]|\([^()]*\))*)\)$/;

/** Samples for which there was no room, as `deno 6190 PERF_RECORD_LOST lost 71`. */
const LOST = /\bPERF_RECORD_LOST lost (\d+)/;

/** Where threads start: it is in every whole stack, and only the entry point stands outside of it. */
const THREAD_START =
  /^(?:_start|_dl_start_user|__libc_start_(?:call_)?main.*|start_thread|thread_start|_*clone3?|ret_from_fork\w*)$/;

/**
 * Reads what `perf script` prints with {@linkcode PERF_SCRIPT_ARGS}.
 *
 * @param text What it prints, in pieces of any size.
 * @param options The kernel's `perf_event_max_stack` at the time of the recording.
 * @returns A recording per event, in the order in which they were first seen.
 */
export async function readPerfScript(
  text: Iterable<string> | AsyncIterable<string>,
  options: { maxFrames?: number } = {},
): Promise<Recording[]> {
  const reader = new PerfScriptReader(options);
  let rest = "";
  for await (const piece of text) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop()!;
    // There are millions: too many for a turn of the event loop each.
    for (const line of lines) reader.read(line);
  }
  reader.read(rest);
  return reader.end();
}

interface Sample {
  thread: string;
  weight: number;
  event: string;
  /** Innermost first, as perf prints them. */
  frames: Frame[];
}

class PerfScriptReader {
  readonly #maxFrames: number;
  readonly #headerLines: string[] = [];
  #header: PerfHeader | undefined;
  readonly #stacks = new Map<string, StackTable>();
  readonly #frames = new FrameTable();
  /** By line. */
  readonly #known = new Map<string, Frame>();
  #sample: Sample | undefined;
  #lost = 0;

  constructor({ maxFrames = DEFAULT_MAX_FRAMES }: { maxFrames?: number }) {
    this.#maxFrames = maxFrames;
  }

  read(line: string): void {
    if (this.#sample !== undefined) {
      const frame = this.#known.get(line) ?? this.#readFrame(line);
      if (frame !== undefined) {
        this.#sample.frames.push(frame);
        return;
      }
    }
    const [, thread, weight, event] = SAMPLE.exec(line) ?? [];
    if (event !== undefined) {
      this.#endSample();
      this.#sample = { thread: thread!, weight: Number(weight), event, frames: [] };
    } else if (line.startsWith("# ")) {
      this.#headerLines.push(line);
    } else {
      this.#lost += Number(LOST.exec(line)?.[1] ?? 0);
    }
  }

  end(): Recording[] {
    this.#endSample();
    const header = this.#facts();
    return [...this.#stacks].map(([event, stacks]) => ({
      sampler: "perf",
      ...header,
      event,
      unit: /^(?:cpu|task)-clock\b/.test(event) ? "nanoseconds" : "events",
      maxFrames: header.callGraph?.method === "dwarf" ? undefined : this.#maxFrames,
      lostSamples: this.#lost,
      stacks: stacks.stacks(),
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
    const { thread, weight, event, frames } = this.#sample;
    this.#sample = undefined;
    const isFull = this.#facts().callGraph?.method === "dwarf" || frames.length >= this.#maxFrames;
    const isCut = isFull && !frames.some(({ name }) => THREAD_START.test(name));
    let stacks = this.#stacks.get(event);
    if (stacks === undefined) this.#stacks.set(event, stacks = new StackTable());
    stacks.add(thread, frames.reverse(), { weight, isCut });
  }

  /** The header is complete when the first sample comes. */
  #facts(): PerfHeader {
    return this.#header ??= readPerfHeader(this.#headerLines);
  }
}

/** The kernel has the upper half of the address space, on every architecture of 64 bits. */
function isKernelAddress(address: string): boolean {
  return address.length === 16 && address >= "8";
}
