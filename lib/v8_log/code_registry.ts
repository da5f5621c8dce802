import { AddressMap } from "./address_map.ts";
import {
  FunctionLists,
  FunctionTable,
  HOLE,
  type LogScript,
  NO_SCRIPT,
  PieceTable,
} from "./code_table.ts";
import { DeoptTable } from "./deopt_table.ts";
import { retainCode, type RetainOptions } from "./retained_code.ts";
import { BUILTIN_TAG, hasFunction, INTERPRETED } from "./code_tag.ts";

/** The most scripts, and chunks of memory, that are kept. */
const MAX_SCRIPTS = 1_000_000;

/** A piece of code that V8 has made. */
export interface CodeCreation {
  /** V8's tag, as a number. */
  tag: number;
  /** V8's number of the tier, which differs between versions. */
  tier: number;
  /** Time, in µs of the log. */
  time: number;
  /** Address of the first instruction. */
  address: number;
  /** Size, in bytes. */
  size: number;
  /** Offset of the name in the file. */
  nameOffset: number;
  /** Hash of the name. */
  hash: number;
}

/** The place of a function in a script. */
export interface FunctionPlace {
  /** V8's number of the script. */
  script: number;
  /** Offset of the parameters. */
  start: number;
  /** Offset of the end. */
  end: number;
}

/**
 * Keeps all code that a log tells of, in the order of the log. V8 identifies code and functions by
 * addresses, which it reuses, so each address is resolved when its line is read.
 */
export class CodeRegistry {
  /** Whether there was more code than is kept. */
  isFull = false;
  /** All pieces of code. */
  pieces = new PieceTable();
  /** All functions. */
  functions = new FunctionTable();
  /** Functions that are inlined into pieces. */
  lists = new FunctionLists();
  /** Deoptimisations of pieces. */
  deopts = new DeoptTable();
  /** All scripts. */
  scripts: LogScript[] = [];
  /** Time of the latest line that has one. */
  time = 0;
  /** Latest piece that starts at an address. */
  readonly #code = new AddressMap();
  /** Function whose SharedFunctionInfo is at an address. */
  readonly #sfis = new AddressMap();
  /** Index of the latest script that has a number of V8's. */
  readonly #scriptIndexes = new Map<number, number>();
  /** Sizes of chunks of memory, by their addresses. */
  readonly #chunks = new Map<number, number>();
  /**
   * Chunks that V8 has freed since the last piece of code. V8 frees all chunks when it ends, but no
   * piece follows, so these have no effect.
   */
  #freed: [address: number, size: number][] = [];
  /**
   * Pieces that have moved since the last piece of code. Moves have no time of their own, so until
   * the next line that has one the code counts as being in both places.
   */
  #moved: number[] = [];
  /** V8's number of the builtins' tier, which the copies of the interpreter's entry have too. */
  #builtinTier = -1;
  /** The code that was created last: its `code-source-info` line comes next. */
  #last = { function: -1, sfi: 0, piece: -1, address: 0 };

  /**
   * Adds a piece of code.
   *
   * @param creation The piece.
   * @param sfi Address of its function's SharedFunctionInfo; 0 where it has none.
   * @param mark The mark behind the name, as `parseMark()` gives it.
   * @param nameLength Length of the name in the file, in bytes.
   */
  create(creation: CodeCreation, sfi: number, mark: number, nameLength: number): void {
    const { tag, tier, time, address, size } = creation;
    this.time = Math.max(this.time, time);
    if (tag === BUILTIN_TAG) this.#builtinTier = tier;
    const fn = this.#functionOf(creation, sfi, nameLength);
    this.#last = { function: fn, sfi, piece: -1, address };
    // V8 logs an interpreted function twice: its copy of the interpreter's entry, which runs, and
    // its bytecode, which is data. Only the first has a builtin's tier.
    const isUnoptimised = hasFunction(tag) && (mark & 7) <= INTERPRETED;
    const isEntry = isUnoptimised && tier === this.#builtinTier;
    const isBytecode = mark === INTERPRETED && !isEntry && this.#builtinTier >= 0;
    if (size === 0 || fn < 0 || isBytecode) return;
    this.#settle();
    const piece = this.pieces.add(address, size, this.time, fn, isEntry ? INTERPRETED : mark);
    if (piece < 0) this.isFull = true;
    else this.#code.set(address, piece);
    this.#last.piece = piece;
  }

  /**
   * Sets the place of a piece's function.
   *
   * @param address Address of the piece.
   * @param place The function's place.
   * @returns The piece's number; -1 for bytecode and unknown code.
   */
  place(address: number, place: FunctionPlace): number {
    const last = this.#last;
    const isLast = address === last.address;
    const piece = isLast ? last.piece : this.#code.get(address) ?? -1;
    const fn = isLast ? last.function : piece < 0 ? -1 : this.pieces.function[piece]!;
    if (fn < 0 || fn === HOLE) return -1;
    const script = this.#scriptIndexes.get(place.script) ?? NO_SCRIPT;
    const { functions } = this;
    if (functions.script[fn] === NO_SCRIPT) functions.place(fn, script, place);
    else if (!functions.isAt(fn, script, place)) this.#replace(fn, piece, script, place);
    return piece;
  }

  /**
   * The function whose SharedFunctionInfo is at an address; {@linkcode HOLE} where none is known.
   */
  functionAt(sfi: number): number {
    return this.#sfis.get(sfi) ?? HOLE;
  }

  /** Records that a SharedFunctionInfo has moved. */
  moveFunction(from: number, to: number): void {
    const fn = this.#sfis.get(from);
    if (fn === undefined || from === to) return;
    this.#sfis.delete(from);
    this.#sfis.set(to, fn);
  }

  /** Records that code has moved; bytecode, which moves too, is unknown here. */
  moveCode(from: number, to: number): void {
    const piece = this.#code.get(from);
    if (piece === undefined || from === to) return;
    this.#code.delete(from);
    this.#moved.push(piece);
    const moved = this.pieces.move(piece, to, this.time);
    if (moved < 0) this.isFull = true;
    else this.#code.set(to, moved);
  }

  /** The latest piece that starts at an address; -1 where there is none. */
  pieceAt(address: number): number {
    return this.#code.get(address) ?? -1;
  }

  /** Adds a script; returns whether there was room. */
  addScript(id: number, script: LogScript): boolean {
    if (this.scripts.length >= MAX_SCRIPTS) return false;
    this.#scriptIndexes.set(id, this.scripts.push(script) - 1);
    return true;
  }

  /** Records a chunk of memory that V8 has allocated. */
  addChunk(address: number, size: number): void {
    if (this.#chunks.size < MAX_SCRIPTS) this.#chunks.set(address, size);
  }

  /**
   * Records that V8 has freed a chunk. V8 12 and later log another address here, so the code stays.
   */
  freeChunk(address: number): void {
    const size = this.#chunks.get(address);
    if (size === undefined) return;
    this.#chunks.delete(address);
    this.#freed.push([address, Math.min(size, 2 ** 32 - 1)]);
  }

  /**
   * Forgets code that is gone, with functions and scripts that only such code had. Numbers of pieces,
   * functions and scripts change. Deoptimisations are forgotten.
   *
   * @param since Code that was gone at this time, in µs of the log, is not asked for any more.
   * @param options Keeps bytes of the log whose place in the file will be given back; and tells whether
   * a function was in a sample lately.
   */
  retain(since: number, { keep, isSeen }: Pick<RetainOptions, "keep" | "isSeen">): void {
    const roots = [this.#last.function, ...this.#sfis.values()];
    const retained = retainCode(this, {
      since,
      keep,
      isSeen,
      roots,
      latest: new Set(this.#scriptIndexes.values()),
    });
    this.pieces = retained.pieces;
    this.functions = retained.functions;
    this.lists = retained.lists;
    this.scripts = retained.scripts;
    this.deopts = new DeoptTable();
    this.isFull = false;
    this.#code.renumber((piece) => retained.pieceOf[piece]!);
    this.#sfis.renumber((fn) => retained.functionOf[fn]!);
    for (const [number, script] of this.#scriptIndexes) {
      const now = retained.scriptOf[script]!;
      if (now < 0) this.#scriptIndexes.delete(number);
      else this.#scriptIndexes.set(number, now);
    }
    this.#moved = this.#moved.map((piece) => retained.pieceOf[piece]!).filter((piece) =>
      piece >= 0
    );
    const last = this.#last;
    last.piece = last.piece < 0 ? -1 : retained.pieceOf[last.piece]!;
    last.function = last.function < 0 ? -1 : retained.functionOf[last.function]!;
  }

  /** Forgets all that only further lines would need. */
  finish(): void {
    // Code that moved last is gone at the end, but nothing says since when.
    this.#endMoved(Number.MAX_VALUE);
    this.#code.clear();
    this.#sfis.clear();
    this.#chunks.clear();
    this.#scriptIndexes.clear();
  }

  /**
   * Returns the function at an SFI's address, if its name is unchanged; otherwise a new function.
   */
  #functionOf({ nameOffset, hash, tag }: CodeCreation, sfi: number, nameLength: number): number {
    const { functions } = this;
    const known = sfi === 0 ? undefined : this.#sfis.get(sfi);
    const isSame = known !== undefined && functions.nameHash[known] === hash &&
      functions.nameLength[known] === nameLength;
    if (isSame) return known;
    const added = functions.add(nameOffset, nameLength, hash, tag);
    if (added < 0) this.isFull = true;
    else if (sfi !== 0) this.#sfis.set(sfi, added);
    return added;
  }

  /**
   * Another function of the same name has taken an SFI's address: makes it a function of its own.
   */
  #replace(fn: number, piece: number, script: number, place: FunctionPlace): void {
    const other = this.functions.copy(fn);
    if (other < 0) return;
    this.functions.place(other, script, place);
    if (piece >= 0) this.pieces.function[piece] = other;
    if (this.#last.function !== fn) return;
    this.#last.function = other;
    if (this.#last.sfi !== 0) this.#sfis.set(this.#last.sfi, other);
  }

  /** Ends code that was freed or has moved, at the time of the current line. */
  #settle(): void {
    for (const [address, size] of this.#freed) this.pieces.add(address, size, this.time, HOLE, 0);
    this.#freed = [];
    this.#endMoved(this.time);
  }

  #endMoved(time: number): void {
    for (const piece of this.#moved) this.pieces.end[piece] = time;
    this.#moved = [];
  }
}
