import type { FunctionPlace } from "../../recording/code_history.ts";
import { type Frame, functionFrame } from "../../recording/frame.ts";
import { CUT_OFF_LABEL, isCutOff } from "../figures/cut_off.ts";
import { StackTrie } from "../../recording/stack_trie.ts";
import type { Stack } from "../../recording/recording.ts";
import { numberColumn } from "./number_column.ts";
import {
  PAGE_KINDS,
  PAGE_TIERS,
  type PageData,
  type PageFunctions,
  type PageSpots,
} from "./page_data.ts";

/** Options of a {@linkcode PageTree}. */
export interface PageTreeOptions {
  /**
   * Whether functions are one where name and file agree, so that those of two recordings are matched
   * although lines were inserted above them. @default {false}
   */
  ignoresLines?: boolean;
}

/** Gathers the stacks of a page: functions, places in them, and the tree of calls. */
export class PageTree {
  readonly #ignoresLines: boolean;
  readonly #trie = new StackTrie();
  readonly #files = new Numbering();
  readonly #modules = new Numbering();
  readonly #labels = new Numbering();
  readonly #functions = new Numbering();
  readonly #firstFrames: Frame[] = [];
  readonly #spots = new Numbering();
  readonly #spotColumns = {
    fn: [] as number[],
    line: [] as number[],
    column: [] as number[],
    tier: [] as number[],
    inlined: [] as number[],
  };
  /** Equal frames are one object, so each is looked up once. */
  readonly #spotOf = new Map<Frame, number>();

  constructor({ ignoresLines = false }: PageTreeOptions = {}) {
    this.#ignoresLines = ignoresLines;
  }

  /**
   * Adds a stack.
   *
   * @param stack Its thread and frames.
   * @param lineOf The line that a frame is shown at. @default {the one that ran}
   * @returns A number of the stack's innermost node, which {@linkcode PageTree.end} renumbers.
   */
  add(
    { thread, frames, isCut }: Pick<Stack, "thread" | "frames" | "isCut">,
    lineOf: (frame: Frame) => number | undefined = ({ position }) => position?.line,
  ): number {
    // Items of spots are not negative.
    let node = this.#trie.child(StackTrie.ROOT, -1 - this.#labels.idOf(thread));
    if (isCutOff({ frames, isCut })) {
      node = this.#trie.child(node, -1 - this.#labels.idOf(CUT_OFF_LABEL));
    }
    for (const frame of frames) {
      let spot = this.#spotOf.get(frame);
      if (spot === undefined) this.#spotOf.set(frame, spot = this.#spot(frame, lineOf(frame) ?? 0));
      node = this.#trie.child(node, spot);
    }
    return node;
  }

  /** The index of a function; `undefined` where no frame is of it. */
  functionId(fn: FunctionPlace): number | undefined {
    return this.#functions.known(this.#functionText(functionFrame(fn)));
  }

  /** The index of a file, which gets one where no frame was in it. */
  addFile(file: string): number {
    return this.#files.idOf(file);
  }

  /** The index of a file that a frame was in; `undefined` where none was. */
  fileId(file: string): number | undefined {
    return this.#files.known(file);
  }

  /** The tree in columns, and the place of each node in them by its number. */
  end(): {
    data: Pick<PageData, "files" | "modules" | "labels" | "functions" | "spots" | "nodes">;
    order: Uint32Array;
  } {
    const { order, depth, item } = preorder(this.#trie);
    const { fn, line, column, tier, inlined } = this.#spotColumns;
    const spot = Float64Array.from(item, (item) => item < 0 ? fn.length - 1 - item : item);
    spot[0] = 0;
    const functions = this.#functionColumns();
    const spots: PageSpots = {
      fn: numberColumn(fn),
      line: numberColumn(line),
      column: numberColumn(column),
      tier: numberColumn(tier),
      inlined: numberColumn(inlined),
    };
    const data = {
      files: this.#files.texts,
      modules: this.#modules.texts,
      labels: this.#labels.texts,
      functions,
      spots,
      nodes: { depth: numberColumn(depth), spot: numberColumn(spot) },
    };
    return { data, order };
  }

  #functionColumns(): PageFunctions {
    const all = this.#firstFrames;
    const fileOf = ({ file }: Frame) => file === undefined ? 0 : this.#files.idOf(file) + 1;
    return {
      name: all.map(({ name }) => name),
      kind: numberColumn(all.map(({ kind }) => PAGE_KINDS.indexOf(kind))),
      file: numberColumn(all.map(fileOf)),
      line: numberColumn(all.map(({ line }) => line ?? 0)),
      module: numberColumn(all.map(({ module }) => this.#modules.idOf(module))),
    };
  }

  /** A text that is equal for equal functions. */
  #functionText({ name, kind, file = "", module, line }: Frame): string {
    return [kind, name, file, module, this.#ignoresLines ? "" : line ?? ""].join("\0");
  }

  #spot(frame: Frame, line: number): number {
    const fn = this.#functions.idOf(this.#functionText(frame));
    if (fn === this.#firstFrames.length) {
      this.#firstFrames.push(frame);
      if (frame.file !== undefined) this.#files.idOf(frame.file);
    }
    const tier = frame.tier === undefined ? 0 : PAGE_TIERS.indexOf(frame.tier) + 1;
    const inlined = Number(frame.isInlined ?? false);
    const spot = this.#spots.idOf([fn, line, tier, inlined].join());
    const columns = this.#spotColumns;
    if (spot === columns.fn.length) {
      columns.fn.push(fn);
      columns.line.push(line);
      columns.column.push(frame.position?.column ?? 0);
      columns.tier.push(tier);
      columns.inlined.push(inlined);
    }
    return spot;
  }
}

/** The nodes of a trie in preorder: depth and item of each, and their places by their numbers. */
function preorder(trie: StackTrie) {
  const { length } = trie;
  // Children are newer than their parents, so from the newest on each is put in front of its siblings.
  const firstChild = new Uint32Array(length);
  const nextSibling = new Uint32Array(length);
  for (let node = length - 1; node > 0; node--) {
    const parent = trie.parentOf(node);
    nextSibling[node] = firstChild[parent]!;
    firstChild[parent] = node;
  }
  const order = new Uint32Array(length);
  const depth = new Uint32Array(length);
  const item = new Int32Array(length);
  let [at, node, level] = [0, StackTrie.ROOT as number, 0];
  for (;;) {
    order[node] = at;
    depth[at] = level;
    item[at] = at === 0 ? 0 : trie.itemOf(node);
    at++;
    if (firstChild[node] !== 0) {
      node = firstChild[node]!;
      level++;
      continue;
    }
    while (nextSibling[node] === 0 && node !== StackTrie.ROOT) {
      node = trie.parentOf(node);
      level--;
    }
    if (node === StackTrie.ROOT) return { order, depth, item };
    node = nextSibling[node]!;
  }
}

/** Numbers texts from 0. */
class Numbering {
  readonly texts: string[] = [];
  readonly #ids = new Map<string, number>();

  idOf(text: string): number {
    let id = this.#ids.get(text);
    if (id === undefined) {
      this.#ids.set(text, id = this.texts.length);
      this.texts.push(text);
    }
    return id;
  }

  known(text: string): number | undefined {
    return this.#ids.get(text);
  }
}
