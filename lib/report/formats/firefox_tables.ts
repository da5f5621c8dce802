import { activityOfFrame, type Frame, frameSymbol, isApp } from "../../recording/frame.ts";
import type { SourceTexts } from "../../recording/sources.ts";
import { StackTrie } from "../../recording/stack_trie.ts";
import { LargeElement } from "../../base/json_pieces.ts";

/** Categories, with the colours that Firefox Profiler knows. Its default is the first grey one. */
export const CATEGORIES = [
  { name: "Other", color: "grey" },
  { name: "Own code", color: "yellow" },
  { name: "Packages", color: "green" },
  { name: "Runtime", color: "lightblue" },
  { name: "Native", color: "blue" },
  { name: "Kernel", color: "orange" },
  { name: "Garbage collection", color: "red" },
] as const;

/** Subcategories of functions with a source; the format wants the first to be called so. */
export const TIERS = ["Other", "interpreted", "sparkplug", "maglev", "turbofan"] as const;

const CATEGORY_OF_KIND = { typescript: 1, npm: 2, runtime: 3, native: 4, kernel: 5 } as const;
const COLLECTION = 6;

/** Kinds of resources (src/types/profile.ts, `ResourceType`). */
const RESOURCE_TYPE = { unknown: 0, library: 1, url: 5 } as const;

/** The tables that all threads of a profile have in common. */
export class FirefoxTables {
  readonly #sources: SourceTexts;
  readonly #stacks = new StackTrie();
  readonly #strings = new Numbers<string, string>();
  readonly #libraries = new Numbers<string, string>();
  readonly #resources = new Numbers<string, { module: string; type: number }>();
  readonly #files = new Numbers<string, string>();
  readonly #functions = new Numbers<string, Frame>();
  readonly #frames = new Numbers<Frame, Frame>();

  /** @param sources The texts of files. */
  constructor(sources: SourceTexts) {
    this.#sources = sources;
  }

  /** The index of a stack; `null` where it has no frames. */
  stackOf(frames: readonly Frame[]): number | null {
    let node = StackTrie.ROOT;
    for (const frame of frames) node = this.#stacks.child(node, this.#frames.idOf(frame, frame));
    return node === StackTrie.ROOT ? null : node - 1;
  }

  /** The libraries, after {@linkcode FirefoxTables.shared}. */
  libraries(): unknown[] {
    return this.#libraries.all.map((path) => {
      const name = baseName(path);
      return {
        arch: "",
        name,
        path,
        debugName: name,
        debugPath: path,
        breakpadId: "",
        codeId: null,
      };
    });
  }

  /** `profile.shared`, after all stacks are known. */
  shared(): Record<string, unknown> {
    const frameTable = this.#frameTable();
    const funcTable = this.#funcTable();
    const resourceTable = this.#resourceTable();
    const sources = this.#sourceTable();
    return {
      stackTable: this.#stackTable(),
      frameTable,
      funcTable,
      resourceTable,
      nativeSymbols: { libIndex: [], address: [], name: [], functionSize: [], length: 0 },
      sources,
      sourceLocationTable: { source: [], line: [], column: [], length: 0 },
      stringArray: this.#strings.all,
    };
  }

  #stackTable() {
    const length = this.#stacks.length - 1;
    const frame = new Int32Array(length);
    const prefixOffset = new Int32Array(length);
    for (let i = 0; i < length; i++) {
      const parent = this.#stacks.parentOf(i + 1);
      frame[i] = this.#stacks.itemOf(i + 1);
      prefixOffset[i] = parent === StackTrie.ROOT ? 0 : i + 1 - parent;
    }
    return { frame, prefixOffset, length };
  }

  #frameTable() {
    const frames = this.#frames.all;
    const column = <Value>(value: (frame: Frame) => Value) => frames.map(value);
    return {
      address: column(() => -1),
      lib: column(({ file, module }) =>
        file === undefined && module.startsWith("/") ? this.#libraries.idOf(module, module) : -1
      ),
      inlineDepth: column(({ isInlined }) => Number(isInlined ?? false)),
      category: column(categoryOf),
      subcategory: column(({ tier }) => tier === undefined ? 0 : TIERS.indexOf(tier)),
      func: column((frame) => this.#functionOf(frame)),
      nativeSymbol: column(() => null),
      innerWindowID: column(() => 0),
      line: column(({ position }) => position?.line ?? null),
      column: column(({ position }) => position?.column ?? null),
      originalLocation: column(() => null),
      length: frames.length,
    };
  }

  #functionOf(frame: Frame): number {
    const { name, file, line, module } = frame;
    const key = file === undefined
      ? `${frameSymbol(frame)}\0${module}`
      : `${name}\0${file}\0${line ?? ""}\0`;
    return this.#functions.idOf(key, frame);
  }

  #funcTable() {
    const functions = this.#functions.all;
    const column = <Value>(value: (frame: Frame) => Value) => functions.map(value);
    return {
      name: column((frame) =>
        this.#textOf(frame.file === undefined ? frameSymbol(frame) : frame.name)
      ),
      isJS: column(({ file }) => file !== undefined),
      relevantForJS: column(() => false),
      resource: column((frame) => this.#resourceOf(frame)),
      source: column(({ file }) => file === undefined ? null : this.#files.idOf(file, file)),
      lineNumber: column(({ file, line }) => file === undefined ? null : line ?? 1),
      columnNumber: column(() => null),
      originalLocation: column(() => null),
      length: functions.length,
    };
  }

  #resourceOf({ file, module }: Frame): number {
    if (file !== undefined) {
      return this.#resources.idOf(file, { module: file, type: RESOURCE_TYPE.url });
    }
    if (module === "") return -1;
    const type = module.startsWith("/") ? RESOURCE_TYPE.library : RESOURCE_TYPE.unknown;
    return this.#resources.idOf(module, { module, type });
  }

  #resourceTable() {
    const resources = this.#resources.all;
    const { library } = RESOURCE_TYPE;
    return {
      name: resources.map(({ module, type }) =>
        this.#textOf(type === library ? baseName(module) : module)
      ),
      host: resources.map(() => null),
      type: resources.map(({ type }) => type),
      length: resources.length,
    };
  }

  #sourceTable() {
    const files = this.#files.all;
    return {
      id: files.map(() => null),
      filename: files.map((file) => this.#textOf(file)),
      startLine: files.map(() => 1),
      startColumn: files.map(() => 1),
      sourceMapURL: files.map(() => null),
      content: files.map((file) => {
        const text = this.#sources.get(file);
        return text === undefined ? null : new LargeElement(text);
      }),
      length: files.length,
    };
  }

  #textOf(text: string): number {
    return this.#strings.idOf(text, text);
  }
}

function categoryOf(frame: Frame): number {
  if (activityOfFrame(frame) === "garbage collection") return COLLECTION;
  return isApp(frame) || frame.module !== "" || frame.file !== undefined
    ? CATEGORY_OF_KIND[frame.kind]
    : 0;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Numbers things from 0 by their keys. */
class Numbers<Key, Value> {
  readonly all: Value[] = [];
  readonly #ids = new Map<Key, number>();

  idOf(key: Key, value: Value): number {
    let id = this.#ids.get(key);
    if (id === undefined) {
      this.#ids.set(key, id = this.all.length);
      this.all.push(value);
    }
    return id;
  }
}
