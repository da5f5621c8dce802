import type { CodeFrame } from "./code_frame.ts";
import type { FollowedState } from "./followed_log.ts";
import { FrameResolver } from "./frame_resolver.ts";
import { AnswerCache } from "./answer_cache.ts";
import { historyOf, type LoggedHistory } from "./code_history.ts";
import type { CodeRegistry } from "./code_registry.ts";
import { HOLE, type PieceTable } from "./code_table.ts";
import { CodeTimeline } from "./code_timeline.ts";
import { LogClock, type LogTime, type SizePoll } from "./log_clock.ts";
import { type ReadLog, readLogLines } from "./log_lines.ts";
import { LogParser } from "./log_parser.ts";

export type { CodeFrame } from "./code_frame.ts";

/** A log's file. The caller supplies the access to it. */
export interface LogFile {
  /** Its path; the name tells the process and the isolate. */
  path: string;
  /** Its size now, in bytes. */
  size(): number;
  /** Reads bytes of it; fewer at its end. */
  read: ReadLog;
}

/** Options of {@linkcode V8Log.read}. */
export interface ReadOptions {
  /**
   * Sizes of the file at known times, to align its clock. @default none, and then the log has no
   * clock
   */
  polls?: readonly SizePoll[];
  /**
   * Returns the text that a runtime emitted for a module, with its source map: Deno removes maps
   * before V8 sees the text. @default none, and then lines are those of the JavaScript
   */
  emitted?(url: string): string | undefined;
  /** Is told the number of bytes that have been read. */
  progress?(bytes: number): void;
}

/** The piece of code that an address is in, and how long that holds. */
export interface CodePlace {
  /** Number of the piece in its log; -1 where the log knows no code. */
  piece: number;
  /** Time from which the answer holds, in µs of CLOCK_MONOTONIC. */
  from: number;
  /** Until when, exclusive; not later than `from` where nothing says how long it holds. */
  to: number;
}

/** Code that was there when the log ended. */
export interface LiveCode {
  /** Where it starts. */
  address: number;
  /** Size, in bytes. */
  size: number;
  /** Its own function. */
  frame: CodeFrame;
}

/**
 * The longest time from when code can run until V8 stamps its line in the log, in µs. Where no code was
 * known at a sample's time, code that is stamped up to so much later has the sample. V8 writes the line
 * at once, so the delay is that of a thread that loses its processor in between.
 */
const SLACK = 1_000;

/** The most addresses that are kept with their frames. */
const MAX_CACHED = 150_000;

/** Number of bytes after which the event loop has its turn. */
const BREATH = 32 << 20;

/** The log of one isolate: tells the functions that run at an address at a time. */
export class V8Log {
  /** Where it is. */
  readonly path: string;
  /** The process, by the file's name; 0 where that does not say. */
  readonly pid: number;
  /** V8's version, such as `15.0.245.2-rusty`; empty where the log does not start with it. */
  readonly version: string;
  /** Its alignment with CLOCK_MONOTONIC; `undefined` where no poll saw a line. */
  readonly clock: LogTime | undefined;
  /** Number of lines that were not understood. */
  readonly skipped: number;
  /** Whether it ends in the middle of a line. */
  readonly isCut: boolean;
  /** A sentence that says what is wrong with it; `undefined` where nothing is. */
  readonly problem: string | undefined;
  readonly #code: CodeRegistry;
  readonly #pieces: PieceTable;
  readonly #timeline: CodeTimeline;
  readonly #resolver: FrameResolver;
  readonly #slack: number;
  readonly #offset: number;
  readonly #answers = new AnswerCache<readonly CodeFrame[] | undefined>(MAX_CACHED);

  private constructor(
    file: LogFile,
    parser: LogParser,
    { clock, rest, resolver }: {
      clock: LogTime | undefined;
      rest: number;
      resolver: FrameResolver;
    },
  ) {
    this.path = file.path;
    this.pid = Number(/isolate-0x[0-9a-f]+-(\d{1,9})-/.exec(file.path)?.[1] ?? 0);
    this.version = parser.version;
    this.clock = clock;
    this.skipped = parser.skipped;
    this.isCut = rest > 0;
    this.problem = problemOf(file, parser);
    this.#code = parser.code;
    this.#pieces = parser.code.pieces;
    this.#timeline = new CodeTimeline(parser.code.pieces);
    this.#resolver = resolver;
    this.#offset = clock?.offset ?? 0;
    this.#slack = SLACK + Math.min(clock?.uncertainty ?? 0, SLACK);
  }

  /**
   * Reads a log. Text that V8 would not write is skipped and counted;
   * {@linkcode V8Log.problem} describes it.
   *
   * @param file The log; it is read again, piece by piece, when frames are asked for.
   */
  static async read(
    file: LogFile,
    { polls = [], emitted, progress }: ReadOptions = {},
  ): Promise<V8Log> {
    const clock = new LogClock(polls);
    const parser = new LogParser(file.read, clock);
    const lines = readLogLines(file.read, 0, parser.take);
    let rested = 0;
    while (true) {
      const { value, done } = lines.next();
      if (done) {
        parser.code.finish();
        const resolver = new FrameResolver(file.read, parser.code, emitted);
        return new V8Log(file, parser, { clock: clock.finish(), rest: value.rest, resolver });
      }
      progress?.(value);
      if (value - rested < BREATH) continue;
      rested = value;
      await new Promise((resolve) => setTimeout(resolve));
    }
  }

  /**
   * The log up to its last whole line, of a log that V8 goes on writing. The log of the reading before
   * must not be asked any more.
   *
   * @param file The log.
   * @param state What has been read.
   */
  static ofFollowed(file: LogFile, { parser, clock, rest, resolver }: FollowedState): V8Log {
    return new V8Log(file, parser, { clock, rest, resolver });
  }

  /**
   * The functions that run at an address, innermost first: those that V8 inlined, then the one
   * whose code it is. An address that was asked for before costs one look-up.
   *
   * @param address The address, as in a stack.
   * @param time Time, in µs of CLOCK_MONOTONIC. A log without a clock ignores it and answers with
   * the code at its end.
   * @param isCaller Whether it is a return address, which is behind the call that is executing.
   * @returns `undefined` where the log knows no code.
   */
  framesAt(address: number, time: number, isCaller: boolean): readonly CodeFrame[] | undefined {
    const at = isCaller ? address - 1 : address;
    const index = this.#answers.find(at, time);
    return index >= 0 ? this.#answers.valueAt(index) : this.#answer(at, time);
  }

  /**
   * Finds the piece of code that an address is in, for callers that keep answers themselves.
   *
   * @param address The address; of a return address one less.
   * @param time Time, in µs of CLOCK_MONOTONIC.
   */
  locate(address: number, time: number): CodePlace {
    if (!(address > 0 && address <= Number.MAX_SAFE_INTEGER) || !this.#timeline.mayKnow(address)) {
      return { piece: -1, from: -Infinity, to: Infinity };
    }
    const logTime = this.clock === undefined ? Infinity : time - this.#offset;
    // The log of a Worker starts late. Before its first line it does not know the builtins, which
    // the logs of all isolates have, so it gives no answer.
    const first = this.#pieces.time[0]! - this.#slack;
    if (logTime < first) return { piece: -1, from: -Infinity, to: first + this.#offset };
    let piece = this.#timeline.find(address, logTime);
    // V8 may have stamped the code a little after it ran, and the offset is not exact.
    if (piece < 0) piece = this.#timeline.find(address, logTime + this.#slack);
    if (piece < 0) return { piece, from: time, to: time };
    if (this.clock === undefined) return { piece, from: -Infinity, to: Infinity };
    const { time: times, end } = this.#pieces;
    const from = Math.min(time, times[piece]! + this.#offset);
    return { piece, from, to: end[piece]! + this.#offset };
  }

  /**
   * The text of a file in which a frame's position was found.
   *
   * @param file As frames name it.
   * @returns `undefined` where the log does not have it.
   */
  sourceOf(file: string): string | undefined {
    return this.#resolver.sourceOf(file);
  }

  /**
   * The optimisations and deoptimisations of the functions that frames were made of.
   *
   * @param from From when, in µs of CLOCK_MONOTONIC. A log without a clock ignores both.
   * @param to Until when.
   */
  history(from: number, to: number): LoggedHistory {
    const span = this.clock === undefined
      ? { from: -Infinity, to: Infinity }
      : { from: from - this.#offset, to: to - this.#offset };
    return historyOf(this.#code, this.#resolver, span);
  }

  /** Code that was there when the log ended, by address. */
  *liveCode(): Iterable<LiveCode> {
    const { start, size, end, function: functions, length } = this.#pieces;
    for (let piece = 0; piece < length; piece++) {
      if (functions[piece] === HOLE || end[piece] !== Infinity) continue;
      yield {
        address: start[piece]!,
        size: size[piece]!,
        frame: this.#resolver.frameOf(piece),
      };
    }
  }

  #answer(at: number, time: number): readonly CodeFrame[] | undefined {
    const { piece, from, to } = this.locate(at, time);
    const frames = piece < 0 ? undefined : this.#resolver.framesAt(piece, at);
    // Without code at this time but with some at another, the answer holds for this time only: it
    // is not kept.
    if (from < to) this.#answers.set(at, from, to, frames);
    return frames;
  }
}

function problemOf({ path }: LogFile, parser: LogParser): string | undefined {
  if (parser.version === "") {
    return `Cannot read "${path}" as V8's log: it does not start with V8's version`;
  }
  if (parser.code.isFull) {
    return `Cannot keep all code of "${path}": it has more than 2 million pieces or functions`;
  }
  if (parser.skipped === 0) return undefined;
  return `Cannot understand ${parser.skipped} lines of "${path}": V8 ${parser.version} is new, or the file is damaged`;
}
