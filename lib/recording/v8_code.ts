import type { CodeFrame } from "../v8_log/code_frame.ts";
import type { V8Log } from "../v8_log/v8_log.ts";
import {
  type CodeHistory,
  type FunctionCompilations,
  type FunctionDeopts,
  functionKey,
  type FunctionPlace,
} from "./code_history.ts";
import type { CodeResolver, ResolvedCode } from "./code_resolver.ts";
import { codeFrame, type Frame, functionFrame } from "./frame.ts";
import { FrameTable } from "./frame_table.ts";

/** The logs of one process, one an isolate. */
export interface ProcessLogs {
  /** The process's number in the recording. */
  pid: number;
  /** The logs. */
  logs: readonly V8Log[];
}

/** Options of {@linkcode V8Code}. */
export interface V8CodeOptions {
  /**
   * Turns a time of the recording into nanoseconds of CLOCK_MONOTONIC. @default {the same clock}
   */
  toMonotonic?(time: number): number;
  /** The inverse of {@linkcode toMonotonic}. @default {the same clock} */
  fromMonotonic?(time: number): number;
  /** Whether a file is this package's own code; its frames get no name. @default {none is} */
  isOwn?(file: string): boolean;
}

/** Resolves the code of several processes by V8's logs. */
export class V8Code implements CodeResolver {
  readonly #logs = new Map<number, readonly V8Log[]>();
  readonly #frames = new FrameTable();
  /** Frames by the array that the log returns; it is one object for all samples at an address. */
  readonly #known = new WeakMap<readonly CodeFrame[], readonly Frame[]>();
  readonly #options: Required<V8CodeOptions>;

  /** @param processes The logs; a process that is not among them is unknown. */
  constructor(processes: Iterable<ProcessLogs>, options: V8CodeOptions = {}) {
    for (const { pid, logs } of processes) this.#logs.set(pid, logs);
    const same = (time: number) => time;
    this.#options = { toMonotonic: same, fromMonotonic: same, isOwn: () => false, ...options };
  }

  /** @inheritdoc */
  framesAt(
    pid: number,
    address: number,
    time: number,
    isCaller: boolean,
  ): ResolvedCode | undefined {
    const logs = this.#logs.get(pid);
    if (logs === undefined) return undefined;
    const { toMonotonic, fromMonotonic } = this.#options;
    const microseconds = toMonotonic(time) / 1e3;
    const at = isCaller ? address - 1 : address;
    let latest: { log: V8Log; from: number } | undefined;
    let [from, to] = [-Infinity, Infinity];
    // An isolate may reuse memory that another has given back, so the newest code is taken.
    for (const log of logs) {
      const place = log.locate(at, microseconds);
      from = Math.max(from, place.from);
      to = Math.min(to, place.to);
      if (place.piece < 0) continue;
      if (latest === undefined || place.from > latest.from) latest = { log, from: place.from };
    }
    const code = latest?.log.framesAt(address, microseconds, isCaller);
    if (code === undefined) return undefined;
    return {
      frames: this.#framesOf(code),
      from: fromMonotonic(1e3 * from),
      to: fromMonotonic(1e3 * to),
      // For V8 trampolines of the wasm engine are WebAssembly; the map has their functions' names.
      yieldsToMap: code.at(-1)!.kind === "wasm" || code.at(-1)!.kind === "other",
    };
  }

  /** @inheritdoc */
  sourceOf(file: string): string | undefined {
    for (const logs of this.#logs.values()) {
      for (const log of logs) {
        const text = log.sourceOf(file);
        if (text !== undefined) return text;
      }
    }
    return undefined;
  }

  /** @inheritdoc */
  historyOf(from: number, to: number): CodeHistory {
    const { toMonotonic } = this.#options;
    const [start, end] = [toMonotonic(from) / 1e3, toMonotonic(to) / 1e3];
    const compilations = new Map<string, FunctionCompilations>();
    const deopts = new Map<string, FunctionDeopts>();
    // Each Worker has a log of its own, and the processes of a program may run equal functions.
    for (const log of [...this.#logs.values()].flat()) {
      const history = log.history(start, end);
      for (const { frame, maglev, turbofan } of history.compilations) {
        const place = this.#placeOf(frame);
        if (place === undefined) continue;
        const sum = entryOf(compilations, functionKey(place), { ...place, maglev: 0, turbofan: 0 });
        sum.maglev += maglev;
        sum.turbofan += turbofan;
      }
      for (const { frame, at: code, kind, reason, count } of history.deopts) {
        const [place, at] = [this.#placeOf(frame), this.#placeOf(code)];
        if (place === undefined || at === undefined) continue;
        const deopt = { ...place, at, position: code.position, kind, reason, count: 0 };
        entryOf(deopts, JSON.stringify(deopt), deopt).count += count;
      }
    }
    return { compilations: [...compilations.values()], deopts: [...deopts.values()] };
  }

  /** The function of a frame; `undefined` for code without a source, and for our own. */
  #placeOf({ name, file, line }: CodeFrame): FunctionPlace | undefined {
    if (file === undefined || this.#options.isOwn(file)) return undefined;
    return { name, file, line };
  }

  /** Makes the recording's frames, outermost first, of the log's, innermost first. */
  #framesOf(code: readonly CodeFrame[]): readonly Frame[] {
    let frames = this.#known.get(code);
    if (frames === undefined) {
      frames = code.toReversed().map((frame) => this.#frames.same(this.#frameOf(frame)));
      this.#known.set(code, frames);
    }
    return frames;
  }

  #frameOf(code: CodeFrame): Frame {
    const { name, kind, file, line, position, tier, isOsr, isInlined } = code;
    if (file === undefined) return codeFrame(kind, name);
    if (this.#options.isOwn(file)) return codeFrame("own", "");
    return functionFrame({ name, file, line }, { position, tier, isOsr, isInlined });
  }
}

function entryOf<Value>(map: Map<string, Value>, key: string, first: Value): Value {
  const known = map.get(key);
  if (known === undefined) map.set(key, first);
  return known ?? first;
}
