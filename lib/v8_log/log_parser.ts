import { type CodeCreation, CodeRegistry } from "./code_registry.ts";
import { hasFunction, parseMark, tagOf } from "./code_tag.ts";
import type { LogClock } from "./log_clock.ts";
import { bytesOf, byteText, FieldReader, HASH_START, hashBytes, startsWith } from "./log_fields.ts";
import type { LogLine, ReadLog } from "./log_lines.ts";
import { decodeLogText } from "./log_text.ts";
import { shortUrl } from "./script_url.ts";

const COMMA = 0x2c;

/** The largest piece of code that is accepted, in bytes; V8 makes none that is larger. */
const MAX_CODE_SIZE = 64 << 20;

/** The longest `code-source-info` line that is used, in bytes. */
const MAX_INFO = 16 << 20;

/** The longest `code-deopt` line that is used, and the longest reason, in bytes. */
const MAX_DEOPT = 64 << 10;
const MAX_REASON = 200;

/** The longest URL that is read, in bytes of the log. */
const MAX_URL = 4096;

/** The most lines that a function's name with raw line feeds can span. */
const MAX_CONTINUATIONS = 64;

/** A line that is further ahead of the lines before, in µs, is invalid: a year. */
const MAX_TIME_STEP = 366 * 86_400e6;

/**
 * First fields of lines that V8 writes (v8/src/logging/log.cc) and that this parser does not need.
 */
const UNUSED = new Set(
  ("v8-platform heap-capacity heap-available new delete code-disable-optimization code-deopt " +
    "code-disassemble code-delete code-dep-change feedback-vector timer-event timer-event-start " +
    "timer-event-end script script-details function first-execution preparse-no-resolution " +
    "compilation-cache profiler tick shared-library shared-library-end snapshot-code-name " +
    "current-time active-runtime-timer heap-sample-begin heap-sample-end heap-sample-item " +
    "api-getter api-setter map map-create map-details ICs bytecode-flush").split(" "),
);

/** The longest of these words, in bytes. */
const MAX_WORD = 40;

const CODE_CREATION = bytesOf("code-creation,");
const CODE_SOURCE_INFO = bytesOf("code-source-info,");
const CODE_DEOPT = bytesOf("code-deopt,");
const CODE_MOVE = bytesOf("code-move,");
const SFI_MOVE = bytesOf("sfi-move,");
const SCRIPT_SOURCE = bytesOf("script-source,");
const NEW_CHUNK = bytesOf("new,MemoryChunk,");
const DELETE_CHUNK = bytesOf("delete,MemoryChunk,");
const V8_VERSION = bytesOf("v8-version,");

/** A `code-creation` line whose name goes on in the next line. */
interface PendingCreation extends CodeCreation {
  /** Offset of the line in the file. */
  lineOffset: number;
  /** Lines that its name has gone on in. */
  continuations: number;
}

/**
 * Takes the lines of a log and keeps the code that they tell of. Lines that V8 would not write are
 * ignored and counted.
 */
export class LogParser {
  /** V8's version; empty where the log does not start with it. */
  version = "";
  /** Number of lines that were not understood. */
  skipped = 0;
  /** The code. */
  readonly code = new CodeRegistry();
  readonly #read: ReadLog;
  readonly #clock: LogClock;
  readonly #fields = new FieldReader();
  readonly #tags: { word: Uint8Array; tag: number }[] = [];
  #lineCount = 0;
  #pending: PendingCreation | undefined;

  /**
   * @param read Reads the log, for lines that are too long for a chunk.
   * @param clock Is told the time of each line that has one.
   */
  constructor(read: ReadLog, clock: LogClock) {
    this.#read = read;
    this.#clock = clock;
  }

  /** Takes the next line. */
  readonly take = (line: LogLine): void => {
    const pending = this.#pending;
    this.#pending = undefined;
    this.#lineCount++;
    const isUsed = this.#takeLine(line);
    if (isUsed ? pending !== undefined : !this.#continue(pending, line) && !isUnused(line)) {
      this.skipped++;
    }
  };

  #takeLine(line: LogLine): boolean {
    const { bytes, start, end } = line;
    switch (bytes[start]) {
      case 0x63: // c
        if (startsWith(bytes, start, end, CODE_CREATION)) return this.#takeCreation(line);
        if (startsWith(bytes, start, end, CODE_SOURCE_INFO)) return this.#takeInfo(line);
        if (startsWith(bytes, start, end, CODE_DEOPT)) return this.#takeDeopt(line);
        return startsWith(bytes, start, end, CODE_MOVE) && this.#takeMove(line, CODE_MOVE.length);
      case 0x73: // s
        if (startsWith(bytes, start, end, SCRIPT_SOURCE)) return this.#takeScript(line);
        return startsWith(bytes, start, end, SFI_MOVE) && this.#takeMove(line, SFI_MOVE.length);
      case 0x6e: // n
        return startsWith(bytes, start, end, NEW_CHUNK) && this.#takeChunk(line);
      case 0x64: // d
        return startsWith(bytes, start, end, DELETE_CHUNK) && this.#takeFreed(line);
      case 0x76: // v
        return startsWith(bytes, start, end, V8_VERSION) && this.#takeVersion(line);
    }
    return false;
  }

  /** `v8-version,MAJOR,MINOR,BUILD,PATCH[,EMBEDDER],CANDIDATE`, the first line. */
  #takeVersion({ bytes, start, end }: LogLine): boolean {
    if (this.#lineCount > 1) return false;
    const text = byteText(bytes, start + V8_VERSION.length, Math.min(end, start + 200));
    const [major, minor, build, patch, ...rest] = text.split(",");
    this.version = [major, minor, build, patch].join(".") + (rest.length > 1 ? rest[0] : "");
    return true;
  }

  /** `code-creation,TAG,TIER,MICROSECONDS,ADDRESS,SIZE,NAME[,SFI,MARK]` */
  #takeCreation(line: LogLine): boolean {
    const { bytes, start, end, offset, length } = line;
    const tagStart = start + CODE_CREATION.length;
    const tagEnd = bytes.indexOf(COMMA, tagStart);
    // V8 cuts names at some thousand bytes, so the line fits a chunk.
    if (tagEnd < 0 || tagEnd >= end || tagEnd > tagStart + MAX_WORD || length > end - start) {
      return false;
    }
    const tag = this.#tag(bytes, tagStart, tagEnd);
    // V8 gives callbacks the tier -2.
    const isNegative = bytes[tagEnd + 1] === 0x2d;
    const fields = this.#fields.start(bytes, isNegative ? tagEnd + 2 : tagEnd + 1, end);
    const [tier, time, address, size] = [
      fields.decimal(),
      fields.decimal(),
      fields.address(),
      fields.decimal(),
    ];
    if (tier < 0 || time < 0 || address < 0 || size < 0 || size > MAX_CODE_SIZE) return false;
    if (time > this.code.time + MAX_TIME_STEP) return false;
    const name = fields.at;
    const nameOffset = offset + name - start;
    const creation: PendingCreation = {
      ...{ tag, tier, time, address, size, nameOffset },
      hash: HASH_START,
      lineOffset: offset,
      continuations: 0,
    };
    if (!hasFunction(tag)) {
      this.code.create(creation, 0, 0, Math.max(0, end - name));
      this.#clock.add(offset, offset + length + 1, time);
    } else if (!this.#createFunction(creation, line, name)) {
      this.#pending = creation;
    }
    return true;
  }

  /**
   * Takes a line that continues a function's name: V8 does not escape line feeds in these names.
   */
  #continue(creation: PendingCreation | undefined, line: LogLine): boolean {
    if (creation === undefined || line.length > line.end - line.start) return false;
    if (++creation.continuations > MAX_CONTINUATIONS) return false;
    if (!this.#createFunction(creation, line, line.start)) this.#pending = creation;
    return true;
  }

  /** Looks for `,SFI,MARK` at the end of a line in which a name, or its rest, starts at a byte. */
  #createFunction(creation: PendingCreation, line: LogLine, name: number): boolean {
    const { bytes, start, end, offset } = line;
    const markComma = bytes.lastIndexOf(COMMA, end - 1);
    const sfiComma = markComma > name ? bytes.lastIndexOf(COMMA, markComma - 1) : -1;
    const nameEnd = sfiComma >= name ? sfiComma : end;
    creation.hash = hashBytes(bytes, name, nameEnd, creation.hash);
    if (sfiComma < name) return false;
    const fields = this.#fields.start(bytes, sfiComma + 1, end);
    const sfi = fields.address();
    const mark = parseMark(bytes, markComma + 1, end);
    if (sfi < 0 || fields.at !== markComma + 1 || mark < 0) return false;
    this.code.create(creation, sfi, mark, offset + nameEnd - start - creation.nameOffset);
    this.#clock.add(creation.lineOffset, offset + end - start + 1, creation.time);
    return true;
  }

  /** `code-source-info,ADDRESS,SCRIPT,START,END,POSITIONS,INLINED,FUNCTIONS` */
  #takeInfo({ bytes, start, end, offset, length }: LogLine): boolean {
    const fields = this.#fields.start(bytes, start + CODE_SOURCE_INFO.length, end);
    const address = fields.address();
    const place = { script: fields.decimal(), start: fields.decimal(), end: fields.decimal() };
    if (address < 0 || place.script < 0 || place.start < 0 || place.end < 0) return false;
    const piece = this.code.place(address, place);
    const isWhole = length === end - start;
    const isEmpty = isWhole && end - fields.at <= 2;
    if (piece < 0 || isEmpty || length > MAX_INFO) return true;
    const { pieces, lists } = this.code;
    pieces.infoOffset[piece] = offset;
    pieces.infoLength[piece] = length;
    const whole = isWhole ? bytes.subarray(start, end) : this.#read(offset, length);
    pieces.inlined[piece] = lists.add(this.#inlinedFunctions(whole));
    return true;
  }

  /**
   * `code-deopt,MICROSECONDS,SIZE,ADDRESS,INLINED,POSITION,KIND,PLACE,REASON`, with -1 for an inlined
   * function or a position that V8 does not know (v8/src/logging/log.cc, ProcessDeoptEvent).
   */
  #takeDeopt({ bytes, start, end, offset, length }: LogLine): boolean {
    if (length > MAX_DEOPT) return false;
    const fields = byteText(bytes, start, end).split(",");
    // V8 escapes commas in PLACE, which stands in the fields before it too.
    if (fields.length !== 9) return false;
    const [time, , address, inlined, position] = fields.slice(1, 6).map(Number) as number[];
    if (![time, address, inlined, position].every(Number.isSafeInteger)) return false;
    if (time! > this.code.time + MAX_TIME_STEP) return false;
    this.#clock.add(offset, offset + length + 1, time!);
    const piece = this.code.pieceAt(address!);
    if (piece < 0) return true;
    const [kind, , reason] = fields.slice(6) as [string, string, string];
    this.code.deopts.add({
      ...{ time: time!, piece, inlined: inlined!, position: position! },
      kind,
      reason: reason.slice(0, MAX_REASON),
    });
    return true;
  }

  /** `S<sfi>…` behind the last comma. */
  #inlinedFunctions(bytes: Uint8Array): number[] {
    const found: number[] = [];
    let at = bytes.lastIndexOf(COMMA) + 1;
    while (bytes[at] === 0x53) {
      const fields = this.#fields.start(bytes, at + 1, bytes.length);
      found.push(this.code.functionAt(fields.address()));
      at = fields.at;
    }
    return found;
  }

  /** `code-move,FROM,TO` and `sfi-move,FROM,TO` */
  #takeMove({ bytes, start, end }: LogLine, wordLength: number): boolean {
    const fields = this.#fields.start(bytes, start + wordLength, end);
    const [from, to] = [fields.address(), fields.address()];
    if (from < 0 || to < 0) return false;
    if (wordLength === SFI_MOVE.length) this.code.moveFunction(from, to);
    else this.code.moveCode(from, to);
    return true;
  }

  /** `script-source,ID,URL,TEXT` */
  #takeScript({ bytes, start, end, offset, length }: LogLine): boolean {
    const fields = this.#fields.start(bytes, start + SCRIPT_SOURCE.length, end);
    const id = fields.decimal();
    const urlEnd = bytes.indexOf(COMMA, fields.at);
    if (id < 0 || urlEnd < 0 || urlEnd >= end) return false;
    const url = decodeLogText(bytes.subarray(fields.at, Math.min(urlEnd, fields.at + MAX_URL)));
    const textOffset = offset + urlEnd + 1 - start;
    return this.code.addScript(id, {
      url: url === "<unknown>" ? "" : shortUrl(url),
      offset: textOffset,
      length: offset + length - textOffset,
    });
  }

  /** `new,MemoryChunk,ADDRESS,SIZE` */
  #takeChunk({ bytes, start, end }: LogLine): boolean {
    const fields = this.#fields.start(bytes, start + NEW_CHUNK.length, end);
    const [address, size] = [fields.address(), fields.decimal()];
    if (address < 0 || size < 0) return false;
    this.code.addChunk(address, size);
    return true;
  }

  /** `delete,MemoryChunk,ADDRESS` */
  #takeFreed({ bytes, start, end }: LogLine): boolean {
    const address = this.#fields.start(bytes, start + DELETE_CHUNK.length, end).address();
    if (address >= 0) this.code.freeChunk(address);
    return address >= 0;
  }

  /**
   * Returns the number of a tag. There are few tags, and decoding the bytes each time would be
   * slow.
   */
  #tag(bytes: Uint8Array, start: number, end: number): number {
    const known = this.#tags.find(({ word }) =>
      word.length === end - start && startsWith(bytes, start, end, word)
    );
    if (known !== undefined) return known.tag;
    const tag = tagOf(byteText(bytes, start, end));
    if (this.#tags.length < MAX_WORD) this.#tags.push({ word: bytes.slice(start, end), tag });
    return tag;
  }
}

function isUnused({ bytes, start, end }: LogLine): boolean {
  const last = Math.min(end, start + MAX_WORD);
  const comma = bytes.subarray(start, last).indexOf(COMMA);
  return UNUSED.has(byteText(bytes, start, comma < 0 ? last : start + comma));
}
