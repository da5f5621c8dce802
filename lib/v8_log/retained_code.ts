/*
 * Forgets code that is gone. The log of a program that runs for weeks tells of more and more code,
 * of which the program keeps only so much as it needs.
 */
import { hasFunction } from "./code_tag.ts";
import {
  FunctionLists,
  FunctionTable,
  HOLE,
  type LogScript,
  NO_SCRIPT,
  PieceTable,
} from "./code_table.ts";

/** Keeps bytes of the log, and returns the offset that stands for them from now on. */
export type KeepBytes = (offset: number, length: number) => number;

/** All code that a log tells of. */
export interface RetainableCode {
  pieces: PieceTable;
  functions: FunctionTable;
  lists: FunctionLists;
  scripts: LogScript[];
}

/** Code that is left, with the new number of each old row; -1 where the row is gone. */
export interface RetainedCode extends RetainableCode {
  pieceOf: Int32Array;
  functionOf: Int32Array;
  scriptOf: Int32Array;
}

/** Options of {@linkcode retainCode}. */
export interface RetainOptions {
  /** Code that was gone at this time, in µs of the log, is forgotten. */
  since: number;
  /** Keeps bytes. */
  keep: KeepBytes;
  /** Functions that V8 may still name by their addresses; -1 and HOLE stand for none. */
  roots: readonly number[];
  /** Scripts that V8 may still name by their numbers. */
  latest: ReadonlySet<number>;
  /** Whether a function was on the stack of a sample since this was last done. */
  isSeen(fn: number): boolean;
}

/**
 * The most pieces of `eval` and `new Function` that are kept without a sample, the newest. V8 does not
 * log the death of code, and reuses its addresses late: a program that goes on making such code would
 * have ever more.
 */
const MOST_UNSEEN = 10_000;

/** The most pieces that are kept. Of more, the oldest without a sample are forgotten. */
const MOST_PIECES = 500_000;

/**
 * The most text of scripts without code that is kept, in bytes of the log: V8 may compile a function
 * of theirs again.
 */
const MOST_IDLE_TEXT = 16 << 20;

/** The most scripts without code that are kept. */
const MOST_IDLE_SCRIPTS = 10_000;

/** Copies the code that a program still has. */
export function retainCode(code: RetainableCode, options: RetainOptions): RetainedCode {
  const { keep, roots, latest } = options;
  const isGone = goneCode(code, options);
  const { pieces: old, functions: oldFunctions, scripts: oldScripts } = code;
  const pieces = new PieceTable();
  const lists = new FunctionLists();
  const pieceOf = new Int32Array(old.length).fill(-1);
  const scripts = new ScriptCopies(oldScripts, keep);
  const functions = new FunctionCopies(oldFunctions, { keep, scripts });
  // A moved piece has the table of the piece that it was.
  const infos = new Map<number, number>();
  for (let piece = 0; piece < old.length; piece++) {
    const fn = old.function[piece]!;
    if (isGone[piece]) continue;
    const row = pieces.add(
      old.start[piece]!,
      old.size[piece]!,
      old.time[piece]!,
      fn === HOLE ? HOLE : functions.copy(fn),
      old.tier[piece]!,
    );
    pieceOf[piece] = row;
    pieces.end[row] = old.end[piece]!;
    const length = old.infoLength[piece]!;
    if (length === 0) continue;
    const offset = old.infoOffset[piece]!;
    let kept = infos.get(offset);
    if (kept === undefined) infos.set(offset, kept = keep(offset, length));
    pieces.infoOffset[row] = kept;
    pieces.infoLength[row] = length;
    const inlined = listOf(code.lists, old.inlined[piece]!)
      .map((other) => other === HOLE ? HOLE : functions.copy(other));
    pieces.inlined[row] = lists.add(inlined);
  }
  // V8 names inlined functions by address only, so a script's functions stay as long as the script.
  for (const fn of roots) {
    if (fn < 0 || fn === HOLE) continue;
    const script = oldFunctions.script[fn]!;
    if (script !== NO_SCRIPT && scripts.has(script)) functions.copy(fn);
  }
  scripts.copyIdle(latest);
  return {
    pieces,
    functions: functions.table,
    lists,
    scripts: scripts.copies,
    pieceOf,
    functionOf: functions.rowOf,
    scriptOf: scripts.rowOf,
  };
}

/** Tells of each piece whether it is forgotten. */
function goneCode(
  { pieces, functions, scripts }: RetainableCode,
  { since, isSeen }: RetainOptions,
): Uint8Array {
  const isGone = new Uint8Array(pieces.length);
  // From the newest to the oldest, so that the newest stay.
  for (let piece = pieces.length - 1, unseen = 0, count = 0; piece >= 0; piece--) {
    const fn = pieces.function[piece]!;
    // A hole has done its work once the code that was there is forgotten.
    if (pieces.end[piece]! <= since || fn === HOLE && pieces.time[piece]! <= since) {
      isGone[piece] = 1;
      continue;
    }
    const isNew = pieces.time[piece]! > since;
    if (isNew || fn === HOLE || !hasFunction(functions.tag[fn]!) || isSeen(fn)) continue;
    const script = functions.script[fn]!;
    const isEval = script !== NO_SCRIPT && scripts[script]!.url === "";
    if (isEval && ++unseen > MOST_UNSEEN || ++count > MOST_PIECES) isGone[piece] = 1;
  }
  return isGone;
}

function listOf(lists: FunctionLists, list: number): number[] {
  const found: number[] = [];
  for (let fn; (fn = lists.get(list, found.length)) !== undefined;) found.push(fn);
  return found;
}

/** Copies functions, each once, with their names. */
class FunctionCopies {
  readonly table = new FunctionTable();
  readonly rowOf: Int32Array;
  readonly #old: FunctionTable;
  readonly #keep: KeepBytes;
  readonly #scripts: ScriptCopies;

  constructor(old: FunctionTable, { keep, scripts }: { keep: KeepBytes; scripts: ScriptCopies }) {
    this.#old = old;
    this.#keep = keep;
    this.#scripts = scripts;
    this.rowOf = new Int32Array(old.length).fill(-1);
  }

  /** Copies a function; returns its new number. */
  copy(fn: number): number {
    if (this.rowOf[fn]! >= 0) return this.rowOf[fn]!;
    const { nameOffset, nameLength, nameHash, tag, script, start, end } = this.#old;
    const length = nameLength[fn]!;
    const row = this.table.add(
      this.#keep(nameOffset[fn]!, length),
      length,
      nameHash[fn]!,
      tag[fn]!,
    );
    this.rowOf[fn] = row;
    if (script[fn] !== NO_SCRIPT) {
      const place = { start: start[fn]!, end: end[fn]! };
      this.table.place(row, this.#scripts.copy(script[fn]!), place);
    }
    return row;
  }
}

/** Copies scripts, each once, with their texts. */
class ScriptCopies {
  readonly copies: LogScript[] = [];
  readonly rowOf: Int32Array;
  readonly #old: readonly LogScript[];
  readonly #keep: KeepBytes;

  constructor(old: readonly LogScript[], keep: KeepBytes) {
    this.#old = old;
    this.#keep = keep;
    this.rowOf = new Int32Array(old.length).fill(-1);
  }

  has(script: number): boolean {
    return this.rowOf[script]! >= 0;
  }

  /** Copies a script; returns its new number. */
  copy(script: number): number {
    if (!this.has(script)) {
      const copied = this.#old[script]!;
      const offset = this.#keep(copied.offset, copied.length);
      this.rowOf[script] = this.copies.push({ ...copied, offset }) - 1;
    }
    return this.rowOf[script]!;
  }

  /** Copies the newest scripts that have no code now, and a URL, as far as there is room. */
  copyIdle(latest: ReadonlySet<number>): void {
    let room = MOST_IDLE_TEXT;
    let count = 0;
    const newest = [...latest].sort((a, b) => b - a);
    for (const script of newest) {
      const { url, length } = this.#old[script]!;
      if (this.has(script) || url === "" || length > room || count >= MOST_IDLE_SCRIPTS) continue;
      room -= length;
      count++;
      this.copy(script);
    }
  }
}
