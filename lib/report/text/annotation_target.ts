import type { Recording } from "../../recording/recording.ts";
import { type Frame, frameSymbol } from "../../recording/frame.ts";
import { type FunctionShare, sharesOf } from "../figures/shares.ts";

/** Lines that can be annotated: a function's, or all of a file. */
export interface AnnotationTarget {
  file: string;
  /** The function; `undefined` for the whole file. */
  fn?: FunctionShare;
}

/**
 * Finds what a user means. The first of these that finds something counts: a file as frames name it
 * or by the end of its path; a symbol, `name:file:line` with or without `js::`; a function's whole
 * name; the last part of its name, as `method` of `Class.method`; a name and the end of its file's
 * path, with or without the line.
 *
 * @param recording What was recorded, and `foldFrames` has folded.
 * @param wanted The user's word.
 * @param paths The word as an absolute path, where it may be one. @default {[]}
 * @returns All that it can mean, the most self time first; none where nothing was recorded of it.
 */
export function findTargets(
  recording: Pick<Recording, "stacks">,
  wanted: string,
  paths: readonly string[] = [],
): AnnotationTarget[] {
  const { functions } = sharesOf(recording);
  const files = [...new Set(functions.map(({ file }) => file))];
  const exact = files.filter((file) => file === wanted || paths.includes(file));
  if (exact.length > 0) return exact.map((file) => ({ file }));
  const symbol = wanted.replace(/^js::/, "");
  const ways: ((fn: FunctionShare) => boolean)[] = [
    (fn) => symbolOf(fn) === symbol,
    ({ name }) => name === wanted,
    ({ name }) => name.slice(name.lastIndexOf(".") + 1) === wanted,
    (fn) => hasPlace(fn, symbol),
  ];
  const byPath = files.filter((file) => file.endsWith(`/${wanted.replace(/^\.?\//, "")}`));
  if (byPath.length > 0) return byPath.map((file) => ({ file }));
  for (const isMeant of ways) {
    const found = functions.filter(isMeant);
    if (found.length > 0) return found.map((fn) => ({ file: fn.file, fn }));
  }
  return [];
}

/** The name that only one target has: the symbol of a function without `js::`, or the file. */
export function targetName({ file, fn }: AnnotationTarget): string {
  return fn === undefined ? file : symbolOf(fn);
}

function symbolOf({ name, file, line }: FunctionShare): string {
  return frameSymbol({ name, file, line, module: "" } as Frame).slice("js::".length);
}

/** Whether a text is the function's name and the end of its file's path, as `render:src/view.ts:12`. */
function hasPlace({ name, file, line }: FunctionShare, text: string): boolean {
  if (!text.startsWith(`${name}:`)) return false;
  const place = text.slice(name.length + 1);
  return [file, `${file}:${line ?? ""}`].some((whole) =>
    whole === place || whole.endsWith(`/${place}`)
  ) || place === String(line);
}
