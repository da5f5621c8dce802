import type { SizePoll } from "./log_clock.ts";
import { FrameResolver } from "./frame_resolver.ts";
import { KeptBytes } from "./kept_bytes.ts";
import { LogClock, type LogTime } from "./log_clock.ts";
import { type ReadLog, readLogLines } from "./log_lines.ts";
import { LogParser } from "./log_parser.ts";

/** The most times that a followed log is read from its start, until polls have aligned its clock. */
const MOST_ALIGNMENTS = 5;

/** The largest uncertainty of a clock that is aligned, in µs. */
const ALIGNED = 1_000;

/** The part of a log that has been read. */
export interface FollowedState {
  parser: LogParser;
  resolver: FrameResolver;
  clock: LogTime | undefined;
  /** Bytes of a line at the end that is not whole. */
  rest: number;
}

/**
 * The reading of a log that V8 goes on writing. What has been read can be forgotten, but for the code
 * that the program still has: then the log's front can be given back to the file system.
 */
export class FollowedLog {
  /** The offset up to which the log's bytes are not needed any more. */
  consumed = 0;
  readonly #file: ReadLog;
  readonly #emitted: ((url: string) => string | undefined) | undefined;
  #kept: KeptBytes | undefined;
  #state: { parser: LogParser; clock: LogClock; resolver: FrameResolver } | undefined;
  #time: LogTime | undefined;
  #offset = 0;
  #alignments = 0;
  /** Times of the log up to which it had been read, at the end of the last two readings, in µs. */
  #readTo: [before: number, last: number] = [-Infinity, -Infinity];

  /**
   * @param read Reads the log.
   * @param emitted Finds the texts that a runtime emitted for modules.
   */
  constructor(read: ReadLog, emitted?: (url: string) => string | undefined) {
    this.#file = read;
    this.#emitted = emitted;
  }

  /**
   * Reads what has been added.
   *
   * @param polls Sizes of the log at known times.
   */
  readOn(polls: readonly SizePoll[]): FollowedState {
    if (this.#state === undefined || !this.#isAligned && this.#alignments < MOST_ALIGNMENTS) {
      // Polls that came later can align the lines that were read before.
      this.#time = undefined;
      this.#alignments++;
      const clock = new LogClock(polls);
      const parser = new LogParser(this.#read, clock);
      this.#state = { parser, clock, resolver: this.#resolverOf(parser) };
      this.#offset = 0;
    }
    const { parser, clock } = this.#state;
    const lines = readLogLines(this.#read, this.#offset, parser.take);
    for (;;) {
      const { value, done } = lines.next();
      if (!done) continue;
      this.#offset = value.offset;
      this.#time ??= clock.finish();
      this.#readTo = [this.#readTo[1], parser.code.time];
      const { resolver } = this.#state;
      return { parser, resolver, clock: this.#time, rest: value.rest };
    }
  }

  /**
   * Forgets code that was gone before the last reading, if so many bytes have been read since it was
   * last done. What the last reading has returned must not be asked any more.
   *
   * @param bytes The number.
   */
  consume(bytes: number): void {
    if (this.#state === undefined || this.#offset - this.consumed < bytes) return;
    if (!this.#isAligned && this.#alignments < MOST_ALIGNMENTS) return;
    const { parser, resolver } = this.#state;
    const kept = new KeptBytes(this.#read);
    parser.code.retain(this.#readTo[0], {
      keep: kept.keep,
      isSeen: (fn) => resolver.hasResolved(fn),
    });
    this.#kept = kept;
    this.#state.resolver = this.#resolverOf(parser);
    this.consumed = this.#offset;
  }

  get #isAligned(): boolean {
    return this.#time !== undefined && this.#time.uncertainty <= ALIGNED;
  }

  #resolverOf(parser: LogParser): FrameResolver {
    return new FrameResolver(this.#read, parser.code, this.#emitted);
  }

  readonly #read: ReadLog = (offset, length) =>
    KeptBytes.isKept(offset)
      ? this.#kept?.read(offset, length) ?? new Uint8Array()
      : this.#file(offset, length);
}
