import { splitInlineMap } from "../source/source_positions.ts";
import { ANONYMOUS } from "../source/function_names.ts";
import { sourceName } from "../base/symbol_name.ts";
import type { CodeFrame } from "./code_frame.ts";
import { EVAL_TAG, hasFunction, isOsr, kindOfTag, SCRIPT_TAG, tierOf } from "./code_tag.ts";
import { HOLE, type LogScript, NO_SCRIPT } from "./code_table.ts";
import type { ReadLog } from "./log_lines.ts";
import type { CodeRegistry } from "./code_registry.ts";
import { shortUrl } from "./script_url.ts";
import { decodeLogText } from "./log_text.ts";
import { ScriptFunctions } from "./script_functions.ts";
import { ScriptPositions } from "./script_positions.ts";
import { type CodeOffsetPosition, SourceInfo } from "./source_info.ts";

/** Limit of the memory for parsed `code-source-info` lines, in bytes. */
const MAX_INFOS = 32 << 20;

/** Limit of the memory for lines and maps of scripts, in bytes. */
const MAX_POSITIONS = 32 << 20;

/** Limit of the memory for names of functions, in bytes. */
const MAX_NAMES = 32 << 20;

/**
 * The most text of a script that is read, in bytes of the log. The inline source map stands at its
 * end.
 */
const MAX_TEXT = 32 << 20;

/** The longest name, in bytes of the log. */
const MAX_NAME = 4096;

/**
 * The longest chain of inlined functions. V8 makes shorter ones, so a longer one is a cycle in a
 * damaged table.
 */
const MAX_DEPTH = 128;

/** The file of code that has no URL. */
const NO_FILE = "<eval>";

interface ResolvedFunction {
  /** Without tier and position. */
  frame: CodeFrame;
  /** Number of its script, or {@linkcode NO_SCRIPT}. */
  script: number;
}

/**
 * Makes frames of pieces of code. It reads names, scripts and positions from the log when it needs
 * them, and caches them.
 */
export class FrameResolver {
  readonly #read: ReadLog;
  readonly #log: CodeRegistry;
  readonly #emitted: ((url: string) => string | undefined) | undefined;
  readonly #functions = new Map<number, ResolvedFunction>();
  /** By file, the script that a frame's position was last found in. */
  readonly #scriptOf = new Map<string, number>();
  readonly #infos: RecentlyUsed<SourceInfo>;
  readonly #scripts: RecentlyUsed<ScriptPositions>;
  readonly #names: RecentlyUsed<ScriptFunctions>;

  /**
   * @param read Reads the log.
   * @param log The code that the log tells of.
   * @param emitted Returns the text that a runtime emitted for a module, with its source map.
   */
  constructor(read: ReadLog, log: CodeRegistry, emitted?: (url: string) => string | undefined) {
    this.#read = read;
    this.#log = log;
    this.#emitted = emitted;
    this.#infos = new RecentlyUsed(MAX_INFOS);
    this.#scripts = new RecentlyUsed(MAX_POSITIONS);
    this.#names = new RecentlyUsed(MAX_NAMES);
  }

  /** The piece's own function. */
  frameOf(piece: number): CodeFrame {
    return this.#frame(this.#function(this.#log.pieces.function[piece]!), piece, undefined, false);
  }

  /** Whether frames were made of a function. */
  hasResolved(fn: number): boolean {
    return this.#functions.has(fn);
  }

  /** A function, without tier and position. */
  functionOf(fn: number): CodeFrame {
    return this.#function(fn).frame;
  }

  /** The functions that run at an address in a piece, innermost first. */
  framesAt(piece: number, address: number): readonly CodeFrame[] {
    const { pieces, functions } = this.#log;
    const info = pieces.infoLength[piece] === 0 ? undefined : this.#info(piece);
    const found = info?.at(address - pieces.start[piece]!);
    if (found === undefined) {
      // In front of the first position, the code enters the function.
      const start = info === undefined ? undefined : functions.start[pieces.function[piece]!];
      return [this.#frame(this.#function(pieces.function[piece]!), piece, start, false)];
    }
    return this.framesOf(piece, found);
  }

  /**
   * The functions that run at a position of a piece's source table, innermost first.
   *
   * @param piece The piece.
   * @param place Offset in the innermost function's script, and index of that function among those
   * that are inlined; -1 stands for an unknown offset, and for the piece's own function.
   */
  framesOf(piece: number, place: CodeOffsetPosition): readonly CodeFrame[] {
    const { pieces, lists } = this.#log;
    const own = this.#function(pieces.function[piece]!);
    const info = pieces.infoLength[piece] === 0 ? undefined : this.#info(piece);
    const frames: CodeFrame[] = [];
    let { position, inlined } = place;
    for (let depth = 0; depth < MAX_DEPTH; depth++) {
      const call = info?.functions[inlined];
      if (call === undefined) break;
      const fn = lists.get(pieces.inlined[piece]!, call.function);
      // A function without a `code-creation` line has no name, so its time counts for its caller.
      if (fn !== undefined && fn !== HOLE) {
        frames.push(this.#frame(this.#function(fn), piece, position, true));
      }
      ({ position, parent: inlined } = call);
    }
    frames.push(this.#frame(own, piece, position, false));
    return frames;
  }

  /**
   * The text of a file that frames have positions in: the author's own, where a source map has it.
   *
   * @param file As frames name it.
   * @returns `undefined` where the log does not have it.
   */
  sourceOf(file: string): string | undefined {
    const number = this.#scriptOf.get(file);
    if (number === undefined) return undefined;
    const script = this.#script(number);
    if (!script.isUnmapped) return script.mappedText(file);
    return splitInlineMap(this.#text(this.#log.scripts[number]!)).source;
  }

  #frame(
    { frame, script }: ResolvedFunction,
    piece: number,
    offset: number | undefined,
    isInlined: boolean,
  ): CodeFrame {
    const mark = this.#log.pieces.tier[piece]!;
    const place = offset === undefined || offset < 0 || script === NO_SCRIPT
      ? undefined
      : this.#script(script).placeOf(offset);
    if (place !== undefined) this.#scriptOf.set(place.file, script);
    const result: CodeFrame = { ...frame };
    if (place !== undefined) result.position = { line: place.line, column: place.column };
    const tier = tierOf(mark);
    if (tier !== undefined) result.tier = tier;
    if (isOsr(mark) && !isInlined) result.isOsr = true;
    if (isInlined) result.isInlined = true;
    return result;
  }

  #function(fn: number): ResolvedFunction {
    let resolved = this.#functions.get(fn);
    if (resolved === undefined) this.#functions.set(fn, resolved = this.#resolve(fn));
    return resolved;
  }

  #resolve(fn: number): ResolvedFunction {
    const { functions } = this.#log;
    const length = Math.min(functions.nameLength[fn]!, MAX_NAME);
    const bytes = this.#read(functions.nameOffset[fn]!, length);
    const tag = functions.tag[fn]!;
    if (!hasFunction(tag)) {
      return { frame: codeFrame(tag, decodeLogText(bytes)), script: NO_SCRIPT };
    }
    const number = functions.script[fn]!;
    const text = decodeName(bytes);
    if (number === NO_SCRIPT) return { frame: frameWithoutScript(text), script: NO_SCRIPT };
    const source = this.#log.scripts[number]!;
    const label = splitLabel(text, source.url);
    // Code from `eval` has a URL only here, and only if a `sourceURL` comment gives it one.
    if (source.url === "" && label.url !== "") source.url = decodeUrl(label.url);
    const script = this.#script(number);
    const start = functions.start[fn]!;
    const isWhole = start === 0 && label.name === "" && functions.end[fn]! >= script.length;
    if (tag === SCRIPT_TAG || isWhole) {
      const name = tag === EVAL_TAG && source.url === "" ? NO_FILE : "<module>";
      return { frame: { name, kind: "function", file: script.placeOf(0).file }, script: number };
    }
    const named = this.#namesOf(number).at(start, label.name);
    const place = script.placeOf(named?.offset ?? start);
    return {
      frame: {
        name: named?.name ?? (label.name || ANONYMOUS),
        kind: "function",
        file: place.file,
        line: place.line,
      },
      script: number,
    };
  }

  #info(piece: number): SourceInfo {
    return this.#infos.get(piece, () => {
      const { infoOffset, infoLength } = this.#log.pieces;
      const info = new SourceInfo(this.#read(infoOffset[piece]!, infoLength[piece]!));
      return { value: info, size: info.size };
    });
  }

  #script(number: number): ScriptPositions {
    return this.#scripts.get(number, () => {
      const script = this.#log.scripts[number]!;
      const url = script.url || NO_FILE;
      const file = script.file ??= sourceName(url);
      const emitted = script.url === "" ? undefined : this.#emitted?.(url);
      const positions = new ScriptPositions(this.#text(script), { url, file, emitted });
      return { value: positions, size: positions.size };
    });
  }

  #namesOf(number: number): ScriptFunctions {
    return this.#names.get(number, () => {
      const { source } = splitInlineMap(this.#text(this.#log.scripts[number]!));
      const names = new ScriptFunctions(source);
      return { value: names, size: names.size };
    });
  }

  #text({ offset, length }: LogScript): string {
    return decodeLogText(this.#read(offset, Math.min(length, MAX_TEXT)));
  }
}

/** A cache of values up to a total size. It drops the least recently used first. */
class RecentlyUsed<Value> {
  readonly #limit: number;
  readonly #values = new Map<number, { value: Value; size: number }>();
  #size = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: number, make: () => { value: Value; size: number }): Value {
    let entry = this.#values.get(key);
    if (entry !== undefined) {
      this.#values.delete(key);
    } else {
      entry = make();
      this.#size += entry.size;
      for (const [old, { size }] of this.#values) {
        if (this.#size <= this.#limit) break;
        this.#values.delete(old);
        this.#size -= size;
      }
    }
    this.#values.set(key, entry);
    return entry.value;
  }
}

/** The name of a function as V8 writes it: in UTF-8 and raw, the URL behind it escaped. */
function decodeName(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** V8's name, and the URL that stands behind it. */
interface Label {
  name: string;
  url: string;
}

/** Splits `NAME URL:LINE:COLUMN`; both name and URL can have spaces in them. */
function splitLabel(text: string, url: string): Label {
  const label = text.replace(/:\d+:\d+$/, "");
  if (url !== "" && label.endsWith(` ${url}`)) {
    return { name: label.slice(0, -url.length - 1), url };
  }
  const escaped = /^(.*?) ((?:file|node|ext|npm|jsr|https?|data|blob|wasm|evalmachine):.*|\/.*)$/s
    .exec(label);
  if (escaped !== null) return { name: escaped[1]!, url: escaped[2]! };
  const space = label.lastIndexOf(" ");
  return { name: label.slice(0, Math.max(space, 0)), url: label.slice(space + 1) };
}

function decodeUrl(escaped: string): string {
  return shortUrl(decodeLogText(new TextEncoder().encode(escaped)));
}

/**
 * Makes the frame of a function without a script. A JavaScript function has a position in its
 * label; a label without one is V8's name of a WebAssembly function.
 */
function frameWithoutScript(text: string): CodeFrame {
  const match = /:(\d{1,9}):\d+$/.exec(text);
  if (match === null) return { name: text || ANONYMOUS, kind: "wasm" };
  const { name, url } = splitLabel(text, "");
  const file = sourceName(decodeUrl(url) || NO_FILE);
  return { name: name || ANONYMOUS, kind: "function", file, line: Number(match[1]) };
}

/** Makes the frame of code that belongs to no function of the program. */
function codeFrame(tag: number, text: string): CodeFrame {
  const kind = kindOfTag(tag);
  return { name: kind === "regexp" ? `RegExp: ${text}` : text || ANONYMOUS, kind };
}
