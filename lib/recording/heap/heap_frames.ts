import { sourceName } from "../../base/symbol_name.ts";
import { ANONYMOUS } from "../../source/function_names.ts";
import { LineStarts } from "../../source/line_starts.ts";
import { splitInlineMap } from "../../source/source_positions.ts";
import { ScriptFunctions } from "../../v8_log/script_functions.ts";
import { ScriptPositions } from "../../v8_log/script_positions.ts";
import { shortUrl } from "../../v8_log/script_url.ts";
import { codeFrame, type Frame, functionFrame } from "../frame.ts";
import type { HeapFunction, HeapScript } from "./heap_file.ts";
import { scriptFileText } from "./script_file.ts";

/** Options of {@linkcode HeapFrames}. */
export interface HeapFramesOptions {
  /** Returns the text that a runtime emitted for a module, with its source map. @default {none} */
  emitted?: (url: string) => string | undefined;
  /** Deno's cache directory. @default {none} */
  denoCache?: string;
  /** Whether a file is this package's own code; its frames get no name. @default {none is} */
  isOwn?: (file: string) => boolean;
}

/** The file of code that has no URL. */
const NO_FILE = "<eval>";

/** Finds the names and places that functions of one thread have in the author's source. */
export class HeapFrames {
  readonly #scripts: readonly HeapScript[];
  readonly #options: HeapFramesOptions;
  readonly #read = new Map<number, ReadScript | undefined>();

  constructor(scripts: readonly HeapScript[], options: HeapFramesOptions = {}) {
    this.#scripts = scripts;
    this.#options = options;
  }

  /**
   * The frame of a function. V8 says where it begins, but not which of its lines allocates, so the
   * beginning is its position too.
   */
  frameOf({ name, script, line, column }: HeapFunction): Frame {
    if (script < 0) {
      // V8 names its own parts in parentheses, where no function is on the stack.
      return name.startsWith("(")
        ? { name, kind: "runtime", module: "[V8]" }
        : codeFrame("builtin", name || ANONYMOUS);
    }
    const url = shortUrl(this.#scripts[script]!.url) || NO_FILE;
    if (this.#options.isOwn?.(sourceName(url))) return codeFrame("own", "");
    const read = this.#scriptOf(script, url);
    if (read === undefined) {
      const label = { name: name || ANONYMOUS, file: sourceName(url), line: line + 1 };
      return functionFrame(label, { position: { line: line + 1, column: column + 1 } });
    }
    const { positions, functions, lines } = read;
    const start = (lines.offsets[line] ?? 0) + column;
    if (start === 0 && name === "") {
      const { file, ...position } = positions.placeOf(0);
      return functionFrame({ name: "<module>", file }, { position });
    }
    const named = functions.at(start, name);
    const { file, ...position } = positions.placeOf(named?.offset ?? start);
    const label = { name: named?.name ?? (name || ANONYMOUS), file, line: position.line };
    return functionFrame(label, { position });
  }

  /** The texts of the files that frames have been found in, by file. */
  *texts(): Generator<[file: string, text: string]> {
    for (const [number, read] of this.#read) {
      if (read === undefined) continue;
      const { positions, source } = read;
      const { file } = positions.placeOf(0);
      const text = positions.isUnmapped ? source : positions.mappedText(file);
      if (text !== undefined && this.#scripts[number]!.url !== "") yield [file, text];
    }
  }

  #scriptOf(number: number, url: string): ReadScript | undefined {
    if (this.#read.has(number)) return this.#read.get(number);
    const text = this.#textOf(this.#scripts[number]!);
    const read = text ? this.#readScript(text, url) : undefined;
    this.#read.set(number, read);
    return read;
  }

  #textOf({ url, text, textIn }: HeapScript): string | undefined {
    if (text !== undefined || textIn === undefined) return text;
    const { denoCache, emitted } = this.#options;
    const found = scriptFileText(url, textIn, denoCache ?? "");
    // Deno takes inline maps off before V8 gets a text.
    return found === undefined || emitted === undefined ? found : splitInlineMap(found).source;
  }

  #readScript(text: string, url: string): ReadScript {
    const { source } = splitInlineMap(text);
    const emitted = url === NO_FILE ? undefined : this.#options.emitted?.(url);
    return {
      source,
      positions: new ScriptPositions(text, { url, file: sourceName(url), emitted }),
      functions: new ScriptFunctions(source),
      lines: new LineStarts(source),
    };
  }
}

interface ReadScript {
  source: string;
  positions: ScriptPositions;
  functions: ScriptFunctions;
  lines: LineStarts;
}
