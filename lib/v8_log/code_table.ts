/** Function number of a piece that is a hole: from its time on, the code that was there is gone. */
export const HOLE = 0xffff_ffff;

/** Script number of functions whose script the log does not name. */
export const NO_SCRIPT = 0xffff_ffff;

/**
 * The most pieces of code, functions and inlined functions that are kept, so that no log takes all
 * memory.
 */
const MAX_ROWS = 2_000_000;

/**
 * All pieces of code that a log tells of, in the order of the log: 57 bytes each, in columns.
 */
export class PieceTable {
  /** Number of rows. */
  length = 0;
  /** Where the instructions start. */
  start = new Float64Array(1024);
  /** Size, in bytes. */
  size = new Uint32Array(1024);
  /**
   * From when on the code is there, in µs of the log; never less than the time of the piece before.
   */
  time = new Float64Array(1024);
  /** Until when it is there, exclusive; `Infinity` for what is there at the end. */
  end = new Float64Array(1024);
  /** Number of the function, or {@linkcode HOLE}. */
  function = new Uint32Array(1024);
  /** Tier and whether it is OSR code, as `parseMark()` gives it. */
  tier = new Uint8Array(1024);
  /** Where its `code-source-info` line starts in the file. */
  infoOffset = new Float64Array(1024);
  /** Length of that line, in bytes; 0 where there is none. */
  infoLength = new Uint32Array(1024);
  /** Where its inlined functions start in {@linkcode FunctionLists}. */
  inlined = new Uint32Array(1024);

  /** Adds a piece; returns its number, or -1 where there are too many. */
  add(start: number, size: number, time: number, fn: number, tier: number): number {
    const row = this.length;
    if (row >= MAX_ROWS) return -1;
    if (row === this.start.length) this.#grow();
    this.length++;
    this.start[row] = start;
    this.size[row] = size;
    this.time[row] = time;
    this.end[row] = Infinity;
    this.function[row] = fn;
    this.tier[row] = tier;
    return row;
  }

  /** Adds a copy of a piece at another address. */
  move(piece: number, start: number, time: number): number {
    const row = this.add(start, this.size[piece]!, time, this.function[piece]!, this.tier[piece]!);
    if (row < 0) return row;
    this.infoOffset[row] = this.infoOffset[piece]!;
    this.infoLength[row] = this.infoLength[piece]!;
    this.inlined[row] = this.inlined[piece]!;
    return row;
  }

  #grow(): void {
    this.start = grown(this.start);
    this.size = grown(this.size);
    this.time = grown(this.time);
    this.end = grown(this.end);
    this.function = grown(this.function);
    this.tier = grown(this.tier);
    this.infoOffset = grown(this.infoOffset);
    this.infoLength = grown(this.infoLength);
    this.inlined = grown(this.inlined);
  }
}

/**
 * All functions, and other owners of code, that a log tells of: 29 bytes each. Their names stay in
 * the file.
 */
export class FunctionTable {
  /** Number of rows. */
  length = 0;
  /** Where the name stands in the file. */
  nameOffset = new Float64Array(1024);
  /** Length of the name there, in bytes. */
  nameLength = new Uint32Array(1024);
  /** A hash of its bytes. */
  nameHash = new Uint32Array(1024);
  /** Number of its script, or {@linkcode NO_SCRIPT}. */
  script = new Uint32Array(1024);
  /** Where its parameters start in the script, in UTF-16 code units. */
  start = new Uint32Array(1024);
  /** Where it ends there. */
  end = new Uint32Array(1024);
  /** V8's tag, as `tagOf()` numbers them. */
  tag = new Uint8Array(1024);

  /** Adds a function of an unknown script; returns its number, or -1 where there are too many. */
  add(nameOffset: number, nameLength: number, nameHash: number, tag: number): number {
    const row = this.length;
    if (row >= MAX_ROWS) return -1;
    if (row === this.tag.length) this.#grow();
    this.length++;
    this.nameOffset[row] = nameOffset;
    this.nameLength[row] = nameLength;
    this.nameHash[row] = nameHash;
    this.tag[row] = tag;
    this.script[row] = NO_SCRIPT;
    return row;
  }

  /**
   * Adds a function that has the name of another; returns its number, or -1 where there are too
   * many.
   */
  copy(fn: number): number {
    return this.add(this.nameOffset[fn]!, this.nameLength[fn]!, this.nameHash[fn]!, this.tag[fn]!);
  }

  /** Sets the place of a function. */
  place(fn: number, script: number, { start, end }: { start: number; end: number }): void {
    this.script[fn] = script;
    this.start[fn] = start;
    this.end[fn] = end;
  }

  /** Whether a function stands at a place. */
  isAt(fn: number, script: number, { start, end }: { start: number; end: number }): boolean {
    return this.script[fn] === script && this.start[fn] === start >>> 0 &&
      this.end[fn] === end >>> 0;
  }

  #grow(): void {
    this.nameOffset = grown(this.nameOffset);
    this.nameLength = grown(this.nameLength);
    this.nameHash = grown(this.nameHash);
    this.script = grown(this.script);
    this.start = grown(this.start);
    this.end = grown(this.end);
    this.tag = grown(this.tag);
  }
}

/** Lists of functions, one behind the other, each with its length in front. List 0 is empty. */
export class FunctionLists {
  #values = new Uint32Array(1024);
  #length = 1;

  /** Adds a list; returns where it is, or 0 where there are too many. */
  add(functions: readonly number[]): number {
    const list = this.#length;
    if (functions.length === 0 || list + functions.length + 1 > MAX_ROWS * 2) return 0;
    while (list + functions.length + 1 > this.#values.length) {
      this.#values = grown(this.#values, this.#values.length * 2);
    }
    this.#values[list] = functions.length;
    this.#values.set(functions, list + 1);
    this.#length += functions.length + 1;
    return list;
  }

  /** Returns a function of a list by its index; `undefined` behind the list's end. */
  get(list: number, index: number): number | undefined {
    return index >= 0 && index < this.#values[list]! ? this.#values[list + 1 + index] : undefined;
  }
}

/** Scripts of a log, whose texts stay in the file. */
export interface LogScript {
  /** Its URL as V8 escapes it; empty where V8 has none. */
  url: string;
  /** Where its text starts in the file. */
  offset: number;
  /** Length of the text there, in bytes. */
  length: number;
  /** The file in names, made of the URL when it is first needed. */
  file?: string;
}

function grown<Column extends Float64Array | Uint32Array | Uint8Array>(
  column: Column,
  length = Math.min(column.length * 2, MAX_ROWS),
): Column {
  const larger = new (column.constructor as new (length: number) => Column)(length);
  larger.set(column);
  return larger;
}
