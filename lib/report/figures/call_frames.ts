import { pathToFileURL } from "node:url";

import { activityOfFrame, type Frame, frameSymbol } from "../../recording/frame.ts";

/** A function of a `.cpuprofile` (`Runtime.CallFrame` of the DevTools protocol). */
export interface CallFrame {
  functionName: string;
  /** Number of the script, as text; `0` for code without a source. */
  scriptId: string;
  /** URL of the source; empty where there is none. */
  url: string;
  /** Where the function begins, counted from 0; −1 where there is no source. */
  lineNumber: number;
  columnNumber: number;
}

/** V8's names for code that is no function (v8/src/profiler/profile-generator.cc, `CodeEntry`). */
export const META_NAMES = {
  root: "(root)",
  idle: "(idle)",
  garbageCollector: "(garbage collector)",
} as const;

/** Numbers the functions of frames from 0. Frames that differ in the executed line are one function. */
export class CallFrames {
  readonly #all: CallFrame[] = [];
  readonly #byFrame = new Map<Frame, number>();
  readonly #byKey = new Map<string, number>();
  readonly #scripts = new Map<string, number>();

  /** The function with a number. */
  at(id: number): CallFrame {
    return this.#all[id]!;
  }

  /** The number of a frame's function. */
  idOf(frame: Frame): number {
    let id = this.#byFrame.get(frame);
    if (id === undefined) this.#byFrame.set(frame, id = this.#idOf(frame));
    return id;
  }

  /** The number of a function without a source. */
  idOfName(functionName: string, module = ""): number {
    return this.#number(`${functionName}\0${module}`, {
      functionName,
      scriptId: "0",
      url: "",
      lineNumber: -1,
      columnNumber: -1,
    });
  }

  #idOf(frame: Frame): number {
    const { name, file, line = 1, module } = frame;
    if (activityOfFrame(frame) === "garbage collection") {
      return this.idOfName(META_NAMES.garbageCollector);
    }
    if (file === undefined) return this.idOfName(frameSymbol(frame), module);
    return this.#number(`${name}\0${file}\0${line}`, {
      functionName: name,
      scriptId: this.#scriptOf(file),
      url: sourceUrl(file),
      lineNumber: line - 1,
      // Frames have no column of the function's beginning.
      columnNumber: 0,
    });
  }

  #scriptOf(file: string): string {
    let id = this.#scripts.get(file);
    if (id === undefined) this.#scripts.set(file, id = this.#scripts.size + 1);
    return String(id);
  }

  #number(key: string, frame: CallFrame): number {
    let id = this.#byKey.get(key);
    if (id === undefined) {
      this.#byKey.set(key, id = this.#all.length);
      this.#all.push(frame);
    }
    return id;
  }
}

/** The URL of a source: DevTools and editors open a path only as a `file:` URL. */
export function sourceUrl(file: string): string {
  return file.startsWith("/") ? pathToFileURL(file).href : file;
}
