/** The page's data, unpacked into typed arrays. */
import type {
  NumberColumn,
  PageCause,
  PageCells,
  PageData,
  PageSource,
  PageThread,
} from "../../lib/report/page/page_data.ts";

/** Counted samples; see {@linkcode PageCells}. */
export interface Cells {
  readonly length: number;
  readonly node: Uint32Array;
  readonly thread: Uint32Array;
  readonly weight: Float64Array;
  readonly samples: Uint32Array;
}

/** Characters that are shown of a line that is too long, and of them in front of the column that ran. */
const PIECE = 200;
const CONTEXT = 20;

/** A recording, as the page computes with it. */
export class Model {
  readonly data: PageData;
  readonly fnKind: Uint32Array;
  /** Index of the file plus 1. */
  readonly fnFile: Uint32Array;
  readonly fnLine: Uint32Array;
  readonly fnModule: Uint32Array;
  readonly spotFn: Uint32Array;
  readonly spotLine: Uint32Array;
  readonly spotColumn: Uint32Array;
  readonly spotTier: Uint32Array;
  readonly spotInlined: Uint32Array;
  /** Nodes are in preorder: a node's subtree is what stands from it to its end. */
  readonly depth: Uint32Array;
  readonly spot: Uint32Array;
  readonly parent: Uint32Array;
  readonly end: Uint32Array;
  readonly cells: Cells;
  readonly cellsBefore: Cells | undefined;
  /** Index behind the last cell of each stretch of time. */
  readonly stepEnd: Uint32Array | undefined;
  readonly threads: readonly PageThread[];
  /** Texts by index of the file. */
  readonly sources: ReadonlyMap<number, PageSource>;
  /** Sentences on V8's work on the code of a function, by the function's index. */
  readonly histories: ReadonlyMap<number, string>;
  readonly #lineTexts = new Map<number, Map<number, string>>();

  constructor(data: PageData) {
    this.data = data;
    this.fnKind = unpack(data.functions.kind);
    this.fnFile = unpack(data.functions.file);
    this.fnLine = unpack(data.functions.line);
    this.fnModule = unpack(data.functions.module);
    this.spotFn = unpack(data.spots.fn);
    this.spotLine = unpack(data.spots.line);
    this.spotColumn = unpack(data.spots.column);
    this.spotTier = unpack(data.spots.tier);
    this.spotInlined = unpack(data.spots.inlined);
    this.depth = unpack(data.nodes.depth);
    this.spot = unpack(data.nodes.spot);
    this.cells = unpackCells(data.cells);
    this.cellsBefore = data.cellsBefore && unpackCells(data.cellsBefore);
    this.stepEnd = data.timeline && unpack(data.timeline.end);
    this.threads = data.threads;
    this.sources = new Map(
      Object.entries(data.sources).map(([file, source]) => [Number(file), source]),
    );
    this.histories = new Map(data.histories.map(({ fn, text }) => [fn, text]));
    const { parent, end } = ancestry(this.depth);
    this.parent = parent;
    this.end = end;
  }

  /** The number of functions: keys of functions are below it. */
  get functions(): number {
    return this.data.functions.name.length;
  }

  /** The key of the root: those of threads are between functions and it. */
  get rootKey(): number {
    return this.functions + this.data.labels.length;
  }

  /** The reasons for which lines of a function take their time. */
  causesOf(fn: number): PageCause[] {
    return this.data.causes.filter((cause) => cause.fn === fn);
  }

  /** The reasons for which a line takes its time. */
  causesAt(file: number, line: number): PageCause[] {
    return this.data.causes.filter((cause) => cause.file === file && cause.line === line);
  }

  /**
   * The text of a line; empty where the report has none. Of a line that is too long to be embedded,
   * it is the part around a column.
   */
  textOf(file: number, line: number, column: number): string {
    const pieces = this.sources.get(file)?.pieces ?? [];
    const piece = pieces.find((piece) =>
      piece.line === line && column >= piece.column && column < piece.column + piece.text.length
    );
    if (piece === undefined) return this.#lineText(file, line);
    const start = Math.max(0, column - piece.column - CONTEXT);
    return `…${piece.text.slice(start, start + PIECE)}…`;
  }

  #lineText(file: number, line: number): string {
    let texts = this.#lineTexts.get(file);
    if (texts === undefined) {
      this.#lineTexts.set(file, texts = new Map());
      for (const { line: first, text } of this.sources.get(file)?.excerpts ?? []) {
        for (const [i, code] of text.split("\n").entries()) texts.set(first + i, code);
      }
    }
    return texts.get(line) ?? "";
  }

  /** Functions have their index for a key, threads come behind them, the root is last. */
  keyOf(node: number): number {
    if (node === 0) return this.rootKey;
    const spot = this.spot[node]!;
    const label = spot - this.spotFn.length;
    return label < 0 ? this.spotFn[spot]! : this.functions + label;
  }
}

function ancestry(depth: Uint32Array): { parent: Uint32Array; end: Uint32Array } {
  const parent = new Uint32Array(depth.length);
  const end = new Uint32Array(depth.length).fill(depth.length);
  const open: number[] = [0];
  for (let node = 1; node < depth.length; node++) {
    while (open.length > depth[node]!) end[open.pop()!] = node;
    parent[node] = open.at(-1)!;
    open.push(node);
  }
  return { parent, end };
}

function unpackCells({ node, thread, weight, samples }: PageCells): Cells {
  return {
    length: node.length,
    node: unpack(node),
    thread: unpack(thread),
    weight: unpackWeights(weight),
    samples: unpack(samples),
  };
}

/** Decodes a column of whole numbers. */
export function unpack(column: NumberColumn): Uint32Array {
  return unpackInto(new Uint32Array(column.length), column);
}

/** Decodes a column of weights. */
export function unpackWeights(column: NumberColumn): Float64Array {
  return unpackInto(new Float64Array(column.length), column);
}

/** Decodes into an array of one type for all columns: V8 compiles accesses for one type best. */
function unpackInto<Target extends Uint32Array | Float64Array>(
  target: Target,
  { type, length, scale = 1, data }: NumberColumn,
): Target {
  const Type = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, f64: Float64Array }[type];
  const bytes = new Uint8Array(length * Type.BYTES_PER_ELEMENT);
  let at = 0;
  for (const part of data) at += decodeBase64(part, bytes.subarray(at));
  const numbers = new Type(bytes.buffer);
  if (scale === 1) target.set(numbers);
  else for (let i = 0; i < length; i++) target[i] = numbers[i]! * scale;
  return target;
}

/** Decodes base64; returns the number of bytes. Browsers before 2025 have no function for it. */
function decodeBase64(text: string, into: Uint8Array): number {
  const { setFromBase64 } = into as Partial<Pick<Uint8Array, "setFromBase64">>;
  if (setFromBase64 !== undefined) return setFromBase64.call(into, text).written;
  const bytes = atob(text);
  for (let i = 0; i < bytes.length; i++) into[i] = bytes.charCodeAt(i);
  return bytes.length;
}
