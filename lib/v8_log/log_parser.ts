import { AddressMap } from "./address_map.ts";
import { BUILTIN_TAG, hasFunction, INTERPRETED, parseMark, tagOf } from "./code_tag.ts";
import {
  FunctionLists,
  FunctionTable,
  HOLE,
  type LogScript,
  NO_SCRIPT,
  PieceTable,
} from "./code_table.ts";
import type { LogClock } from "./log_clock.ts";
import type { LogLine, ReadLog } from "./log_lines.ts";
import { decodeLogText, hexDigit } from "./log_text.ts";

const COMMA = 0x2c;

/** V8 makes no larger pieces of code than this, in bytes; larger ones are rubbish. */
const MAX_CODE_SIZE = 64 << 20;

/** The longest `code-source-info` line that is used, in bytes. */
const MAX_INFO = 16 << 20;

/** The most lines that the raw line feeds in one function's name can make of it. */
const MAX_CONTINUATIONS = 64;

/** A line that is further ahead of the one before is rubbish: a year, in µs. */
const MAX_TIME_STEP = 366 * 86_400e6;

/** The most scripts that are kept. */
const MAX_SCRIPTS = 1_000_000;

/** First fields of lines that are V8's, and tell nothing of what is asked here. */
const UNUSED = new Set(
  ("v8-platform heap-capacity heap-available new delete code-disable-optimization code-deopt " +
    "code-disassemble feedback-vector timer-event timer-event-start timer-event-end script " +
    "script-details function first-execution preparse-no-resolution compilation-cache profiler " +
    "tick shared-library shared-library-end snapshot-code-name current-time active-runtime-timer " +
    "heap-sample-begin heap-sample-end heap-sample-item code-delete api-getter api-setter " +
    "code-dep-change map map-create map-details ICs log tsc bytecode-flush").split(" "),
);

/** The `code-creation` line that was read last, to which the `code-source-info` line behind it belongs. */
interface Creation {
  tag: number;
  tier: number;
  time: number;
  address: number;
  size: number;
  /** Where the line starts in the file. */
  lineOffset: number;
  /** Where the name starts in the file. */
  nameOffset: number;
  /** Hash of the name up to the end of the line. */
  hash: number;
  continuations: number;
}

/** Takes the lines of a log and keeps what they say of code. Text that V8 would not write changes nothing. */
export class LogParser {
  /** V8's version; empty where the log does not start with it. */
  version = "";
  /** How many lines it did not understand. */
  skipped = 0;
  /** Whether there was more code than is kept. */
  isFull = false;
  readonly pieces = new PieceTable();
  readonly functions = new FunctionTable();
  readonly lists = new FunctionLists();
  readonly scripts: LogScript[] = [];
  readonly #read: ReadLog;
  readonly #clock: LogClock;
  /** Latest piece that starts at an address. */
  readonly #code = new AddressMap();
  /** Function whose SharedFunctionInfo is at an address. */
  readonly #sfis = new AddressMap();
  /** Number of the script that has an id now. */
  readonly #scriptIds = new Map<number, number>();
  /** Chunks of memory for code, by their start: their sizes. */
  readonly #chunks = new Map<number, number>();
  /** Chunks that are gone since the last piece of code: V8 frees all at its end, which says nothing. */
  #freed: [address: number, size: number][] = [];
  /**
   * Pieces that have moved since the last piece of code. Moves have no time of their own: until the next
   * line that has one both places are taken for the code's.
   */
  #moved: number[] = [];
  /** Tier number of builtins, and so of the copies of the interpreter's entry; V8's versions differ. */
  #builtinTier = -1;
  #time = 0;
  #lineCount = 0;
  /** A line whose name goes on in the next line. */
  #pending: Creation | undefined;
  /** The function, its SFI's address, the piece, its address of the last creation. */
  #last = { function: -1, sfi: 0, piece: -1, address: 0 };
  // What the number parsers leave behind.
  #at = 0;

  /**
   * @param read Reads the log, for lines too long for a chunk.
   * @param clock Is told the time of each line that has one.
   */
  constructor(read: ReadLog, clock: LogClock) {
    this.#read = read;
    this.#clock = clock;
  }

  /** Takes the next line. */
  readonly take = (line: LogLine): void => {
    const { bytes, start, end } = line;
    this.#lineCount++;
    const pending = this.#pending;
    this.#pending = undefined;
    const isUsed = this.#takeLine(line, bytes, start, end);
    if (
      isUsed
        ? pending !== undefined
        : !this.#continue(pending, line) && !isUnused(bytes, start, end)
    ) {
      this.skipped++;
    }
  };

  /** Forgets what only further lines would need. */
  finish(): void {
    // They are gone at the end, but nothing says since when.
    this.#endMoved(Number.MAX_VALUE);
    this.#code.clear();
    this.#sfis.clear();
    this.#chunks.clear();
    this.#scriptIds.clear();
  }

  #takeLine(line: LogLine, bytes: Uint8Array, start: number, end: number): boolean {
    switch (bytes[start]) {
      case 0x63: // c
        if (startsWith(bytes, start, end, CODE_CREATION)) return this.#takeCreation(line);
        if (startsWith(bytes, start, end, CODE_SOURCE_INFO)) return this.#takeInfo(line);
        if (startsWith(bytes, start, end, CODE_MOVE)) return this.#takeMove(line, false);
        return false;
      case 0x73: // s
        if (startsWith(bytes, start, end, SFI_MOVE)) return this.#takeMove(line, true);
        if (startsWith(bytes, start, end, SCRIPT_SOURCE)) return this.#takeScript(line);
        return false;
      case 0x6e: // n
        if (startsWith(bytes, start, end, NEW_CHUNK)) return this.#takeChunk(line, true);
        return false;
      case 0x64: // d
        if (startsWith(bytes, start, end, DELETE_CHUNK)) return this.#takeChunk(line, false);
        return false;
      case 0x76: // v
        if (!startsWith(bytes, start, end, V8_VERSION)) return false;
        this.#takeVersion(line);
        return true;
    }
    return false;
  }

  #takeVersion({ bytes, start, end }: LogLine): void {
    if (this.#lineCount > 1) return;
    const fields = text(bytes, start + V8_VERSION.length, Math.min(end, start + 200)).split(",");
    this.version = fields.slice(0, 4).join(".") + (fields.length > 5 ? fields[4] : "");
  }

  /** `code-creation,TAG,TIER,MICROSECONDS,ADDRESS,SIZE,NAME[,SFI,MARK]` */
  #takeCreation(line: LogLine): boolean {
    const { bytes, start, end, offset, length } = line;
    // Names are at most some thousand bytes long.
    if (length > end - start) return false;
    const tagStart = start + CODE_CREATION.length;
    const tagEnd = bytes.indexOf(COMMA, tagStart);
    if (tagEnd < 0 || tagEnd - tagStart > 32 || tagEnd >= end) return false;
    const tag = tagAt(bytes, tagStart, tagEnd);
    // The tier of callbacks is -2.
    const tier = this.#decimal(bytes, bytes[tagEnd + 1] === 0x2d ? tagEnd + 2 : tagEnd + 1, end);
    const time = this.#decimal(bytes, this.#at, end);
    const address = this.#address(bytes, this.#at, end);
    const size = this.#decimal(bytes, this.#at, end);
    const name = this.#at;
    if (tier < 0 || time < 0 || address < 0 || size < 0) return false;
    if (size > MAX_CODE_SIZE || time > this.#time + MAX_TIME_STEP) return false;
    const creation: Creation = {
      tag,
      tier,
      time,
      address,
      size,
      lineOffset: offset,
      nameOffset: offset + name - start,
      hash: HASH_START,
      continuations: 0,
    };
    if (!hasFunction(tag)) {
      this.#create(creation, 0, 0, offset + end - start);
      this.#clock.add(offset, offset + length + 1, time);
    } else if (!this.#createFunction(creation, line, name)) {
      this.#pending = creation;
    }
    return true;
  }

  /** A line that the line feed in a function's name has made; V8 does not escape these names. */
  #continue(creation: Creation | undefined, line: LogLine): boolean {
    if (creation === undefined || line.length > line.end - line.start) return false;
    if (++creation.continuations > MAX_CONTINUATIONS) return false;
    if (!this.#createFunction(creation, line, line.start)) this.#pending = creation;
    return true;
  }

  /** Looks for `,SFI,MARK` at the end of a line; the name, or its rest, starts at `name`. */
  #createFunction(
    creation: Creation,
    { bytes, start, end, offset }: LogLine,
    name: number,
  ): boolean {
    const markComma = bytes.lastIndexOf(COMMA, end - 1);
    const sfiComma = markComma > name ? bytes.lastIndexOf(COMMA, markComma - 1) : -1;
    const nameEnd = sfiComma >= name ? sfiComma : end;
    creation.hash = hashOf(bytes, name, nameEnd, creation.hash);
    if (sfiComma < name) return false;
    const sfi = this.#address(bytes, sfiComma + 1, end);
    const mark = parseMark(bytes, markComma + 1, end);
    if (sfi < 0 || this.#at !== markComma + 1 || mark < 0) return false;
    this.#create(creation, sfi, mark, offset + nameEnd - start);
    this.#clock.add(creation.lineOffset, offset + end - start + 1, creation.time);
    return true;
  }

  #create(creation: Creation, sfi: number, mark: number, nameEnd: number): void {
    const { tag, tier, address, size, nameOffset, hash } = creation;
    this.#time = Math.max(this.#time, creation.time);
    if (tag === BUILTIN_TAG) this.#builtinTier = tier;
    const fn = this.#functionOf(sfi, nameOffset, nameEnd - nameOffset, hash, tag);
    this.#last = { function: fn, sfi, piece: -1, address };
    // V8 logs an interpreted function twice: its copy of the interpreter's entry, which runs, and its
    // bytecode, which is data. Only the first has a builtin's tier.
    const isInterpreted = hasFunction(tag) && (mark & 7) <= INTERPRETED;
    const isBytecode = isInterpreted && mark === INTERPRETED && this.#builtinTier >= 0 &&
      tier !== this.#builtinTier;
    if (size === 0 || fn < 0 || isBytecode) return;
    const isCopy = isInterpreted && tier === this.#builtinTier;
    for (const [chunk, length] of this.#freed) this.pieces.add(chunk, length, this.#time, HOLE, 0);
    this.#freed = [];
    this.#endMoved(this.#time);
    const piece = this.pieces.add(address, size, this.#time, fn, isCopy ? INTERPRETED : mark);
    if (piece < 0) this.isFull = true;
    else this.#code.set(address, piece);
    this.#last.piece = piece;
  }

  #endMoved(time: number): void {
    for (const piece of this.#moved) this.pieces.end[piece] = time;
    this.#moved = [];
  }

  /** The function at an SFI's address, if it is still the one it was; otherwise a new one. */
  #functionOf(sfi: number, offset: number, length: number, hash: number, tag: number): number {
    const { functions } = this;
    const known = sfi === 0 ? undefined : this.#sfis.get(sfi);
    if (
      known !== undefined && functions.nameHash[known] === hash &&
      functions.nameLength[known] === length
    ) return known;
    const added = functions.add(offset, length, hash, tag);
    if (added < 0) this.isFull = true;
    else if (sfi !== 0) this.#sfis.set(sfi, added);
    return added;
  }

  /** `code-source-info,ADDRESS,SCRIPT,START,END,POSITIONS,INLINED,FUNCTIONS` */
  #takeInfo(line: LogLine): boolean {
    const { bytes, start, end, offset, length } = line;
    const address = this.#address(bytes, start + CODE_SOURCE_INFO.length, end);
    const script = this.#decimal(bytes, this.#at, end);
    const from = this.#decimal(bytes, this.#at, end);
    const to = this.#decimal(bytes, this.#at, end);
    if (address < 0 || script < 0 || from < 0 || to < 0) return false;
    const last = this.#last;
    const isLast = address === last.address;
    const piece = isLast ? last.piece : this.#code.get(address) ?? -1;
    const fn = isLast ? last.function : piece < 0 ? -1 : this.pieces.function[piece]!;
    if (fn < 0) return true;
    this.#place(fn, piece, this.#scriptIds.get(script) ?? NO_SCRIPT, from, to);
    if (piece < 0 || length > MAX_INFO) return true;
    // Without positions there are two empty fields and nothing to keep.
    if (bytes[this.#at] === COMMA && length === end - start && end - this.#at <= 2) return true;
    this.pieces.infoOffset[piece] = offset;
    this.pieces.infoLength[piece] = length;
    const whole = length === end - start ? bytes.subarray(start, end) : this.#read(offset, length);
    this.pieces.inlined[piece] = this.lists.add(this.#functionList(whole));
    return true;
  }

  /** Says where a function stands. Another function of one name at one SFI's address shows here. */
  #place(fn: number, piece: number, script: number, start: number, end: number): void {
    const { functions, pieces } = this;
    let placed = fn;
    if (functions.script[fn] !== NO_SCRIPT) {
      if (
        functions.script[fn] === script && functions.start[fn] === start &&
        functions.end[fn] === end
      ) return;
      placed = functions.add(
        functions.nameOffset[fn]!,
        functions.nameLength[fn]!,
        functions.nameHash[fn]!,
        functions.tag[fn]!,
      );
      if (placed < 0) return;
      if (piece >= 0) pieces.function[piece] = placed;
      if (this.#last.function === fn) {
        this.#last.function = placed;
        if (this.#last.sfi !== 0) this.#sfis.set(this.#last.sfi, placed);
      }
    }
    functions.script[placed] = script;
    functions.start[placed] = start;
    functions.end[placed] = end;
  }

  /** `S<sfi>…` behind the last comma, as functions; SFIs move and end, so they are looked up now. */
  #functionList(bytes: Uint8Array): number[] {
    const found: number[] = [];
    let at = bytes.lastIndexOf(COMMA) + 1;
    for (; bytes[at] === 0x53; at = this.#at) {
      const sfi = this.#address(bytes, at + 1, bytes.length);
      found.push(this.#sfis.get(sfi) ?? HOLE);
      if (sfi < 0) break;
    }
    return found;
  }

  /** `code-move,FROM,TO` and `sfi-move,FROM,TO` */
  #takeMove({ bytes, start, end }: LogLine, isSfi: boolean): boolean {
    const from = this.#address(bytes, start + (isSfi ? SFI_MOVE : CODE_MOVE).length, end);
    const to = this.#address(bytes, this.#at, end);
    if (from < 0 || to < 0) return false;
    const moved = isSfi ? this.#sfis : this.#code;
    const value = moved.get(from);
    // Bytecode moves too.
    if (value === undefined || from === to) return true;
    moved.delete(from);
    if (isSfi) {
      this.#sfis.set(to, value);
      return true;
    }
    this.#moved.push(value);
    const piece = this.pieces.move(value, to, this.#time);
    if (piece >= 0) this.#code.set(to, piece);
    return true;
  }

  /** `script-source,ID,URL,TEXT` */
  #takeScript({ bytes, start, end, offset, length }: LogLine): boolean {
    const id = this.#decimal(bytes, start + SCRIPT_SOURCE.length, end);
    const urlEnd = bytes.indexOf(COMMA, this.#at);
    if (id < 0 || urlEnd < 0 || urlEnd >= end || this.scripts.length >= MAX_SCRIPTS) return false;
    const url = decodeLogText(bytes.subarray(this.#at, Math.min(urlEnd, this.#at + MAX_URL)));
    this.#scriptIds.set(id, this.scripts.length);
    const textOffset = offset + urlEnd + 1 - start;
    this.scripts.push({
      url: url === "<unknown>" ? "" : shortUrl(url),
      offset: textOffset,
      length: offset + length - textOffset,
    });
    return true;
  }

  /** `new,MemoryChunk,ADDRESS,SIZE` and `delete,MemoryChunk,ADDRESS`; newer versions of V8 delete by another address. */
  #takeChunk({ bytes, start, end }: LogLine, isNew: boolean): boolean {
    const address = this.#address(bytes, start + (isNew ? NEW_CHUNK : DELETE_CHUNK).length, end);
    if (address < 0) return false;
    if (isNew) {
      const size = this.#decimal(bytes, this.#at, end);
      if (size > 0 && this.#chunks.size < MAX_SCRIPTS) this.#chunks.set(address, size);
      return size >= 0;
    }
    const size = this.#chunks.get(address);
    if (size === undefined) return true;
    this.#chunks.delete(address);
    this.#freed.push([address, Math.min(size, 2 ** 32 - 1)]);
    return true;
  }

  /** A decimal number and the comma or the end behind it; -1 where there is none. Moves on. */
  #decimal(bytes: Uint8Array, start: number, end: number): number {
    let value = 0;
    let at = start;
    for (; at < end; at++) {
      const digit = bytes[at]! - 0x30;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    const isWhole = at > start && value <= Number.MAX_SAFE_INTEGER &&
      (at >= end || bytes[at] === COMMA);
    this.#at = isWhole ? at + 1 : end;
    return isWhole ? value : -1;
  }

  /** An address, `0x` in front; -1 where there is none. Moves behind the comma, or to what ends it otherwise. */
  #address(bytes: Uint8Array, start: number, end: number): number {
    let at = start + 2;
    let value = 0;
    if (bytes[start] === 0x30 && bytes[start + 1] === 0x78) {
      for (; at < end; at++) {
        const digit = hexDigit(bytes[at]!);
        if (digit < 0) break;
        value = value * 16 + digit;
      }
    }
    const isAddress = at > start + 2 && at <= end && value <= Number.MAX_SAFE_INTEGER;
    this.#at = !isAddress ? end : bytes[at] === COMMA && at < end ? at + 1 : at;
    return isAddress ? value : -1;
  }
}

const CODE_CREATION = bytesOf("code-creation,");
const CODE_SOURCE_INFO = bytesOf("code-source-info,");
const CODE_MOVE = bytesOf("code-move,");
const SFI_MOVE = bytesOf("sfi-move,");
const SCRIPT_SOURCE = bytesOf("script-source,");
const NEW_CHUNK = bytesOf("new,MemoryChunk,");
const DELETE_CHUNK = bytesOf("delete,MemoryChunk,");
const V8_VERSION = bytesOf("v8-version,");

/** The longest URL that is kept, in bytes of the log. */
const MAX_URL = 4096;

/** How much of a `data:` URL is kept, in UTF-16 code units; the rest is the text itself. */
const MAX_DATA_URL = 60;

/** A URL that can stand in a symbol: of a `data:` URL its start. */
export function shortUrl(url: string): string {
  return url.startsWith("data:") && url.length > MAX_DATA_URL
    ? `${url.slice(0, MAX_DATA_URL)}…`
    : url;
}

function bytesOf(word: string): Uint8Array {
  return new TextEncoder().encode(word);
}

function startsWith(bytes: Uint8Array, start: number, end: number, word: Uint8Array): boolean {
  if (end - start < word.length) return false;
  // Backwards: the starts of these words are alike.
  for (let i = word.length - 1; i >= 0; i--) if (bytes[start + i] !== word[i]) return false;
  return true;
}

function isUnused(bytes: Uint8Array, start: number, end: number): boolean {
  const comma = bytes.subarray(start, Math.min(end, start + 40)).indexOf(COMMA);
  return UNUSED.has(text(bytes, start, comma < 0 ? Math.min(end, start + 40) : start + comma));
}

function text(bytes: Uint8Array, start: number, end: number): string {
  return new TextDecoder("latin1").decode(bytes.subarray(start, end));
}

const tagCache: { bytes: Uint8Array; tag: number }[] = [];

function tagAt(bytes: Uint8Array, start: number, end: number): number {
  for (const { bytes: known, tag } of tagCache) {
    if (known.length === end - start && startsWith(bytes, start, end, known)) return tag;
  }
  const tag = tagOf(text(bytes, start, end));
  if (tagCache.length < 32) tagCache.push({ bytes: bytes.slice(start, end), tag });
  return tag;
}

const HASH_START = 0x811c9dc5;

/** FNV-1a. */
function hashOf(bytes: Uint8Array, start: number, end: number, seed: number): number {
  let hash = seed;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash >>> 0;
}
