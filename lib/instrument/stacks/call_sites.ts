import { type FrameOwner, frameOwner } from "../../activation/instrumented_code.ts";
import {
  defineElement,
  endsWith,
  floor,
  indexOf,
  lastIndexOf,
  slice,
  startsWith,
} from "../../base/builtins.ts";
import { isModuleName, trampolineNumber } from "../../engines/wasm/script_names.ts";

/** A frame of an error's stack, as V8 describes it to `Error.prepareStackTrace`. */
export interface CallSite {
  getThis(): unknown;
  getTypeName(): string | null;
  getFunction(): unknown;
  getFunctionName(): string | null;
  getMethodName(): string | null;
  getFileName(): string | null | undefined;
  getLineNumber(): number | null;
  getColumnNumber(): number | null;
  getEvalOrigin(): string | undefined;
  getScriptNameOrSourceURL(): string | null | undefined;
  isToplevel(): boolean | null;
  isEval(): boolean;
  isNative(): boolean;
  isConstructor(): boolean;
  isAsync(): boolean;
  isPromiseAll(): boolean;
  getPromiseIndex(): number | null;
  toString(): string;
}

function ownerOf(site: CallSite): FrameOwner {
  const url = site.getScriptNameOrSourceURL() ?? "";
  return isModuleName(url) ? "reentry" : frameOwner(url, site.getFunctionName());
}

/**
 * Returns the frames of a stack as they would be without instrumentation, innermost first. A
 * function that called itself again inside its trampoline has two frames, and so has one of which a
 * piece became a function. They become one: the outer frame knows how the function was called, the
 * inner one where it is executing.
 *
 * @param sites The stack as V8 gives it.
 * @param functionName The qualified name of a function, by its number.
 * @param limit How many frames are wanted.
 * @returns The stack itself, where it is as it is without us.
 */
export function programSites(
  sites: readonly CallSite[],
  functionName: (id: number) => string | undefined,
  limit: number,
): readonly CallSite[] {
  const seen: CallSite[] = [];
  let isChanged = false;
  for (let i = 0; i < sites.length; i++) {
    // The frame behind the last one can still be merged with it.
    if (seen.length > limit) break;
    let owner = ownerOf(sites[i]!);
    if (owner === "program") {
      define(seen, sites[i]!);
      continue;
    }
    isChanged = true;
    const isPiece = owner === "piece";
    if (isPiece) define(seen, sites[i]!);
    const hasInner = isPiece || i > 0;
    let next: FrameOwner | undefined;
    for (; i + 1 < sites.length; i++) {
      next = ownerOf(sites[i + 1]!);
      if (next === "program" || next === "piece") break;
      // Functions wrapped by hand are called through the same functions as pieces, so a wrapper's
      // frame decides.
      if (owner !== "wrapper" && next !== "reentry") owner = next;
    }
    const innermost = sites[i]!;
    const outer = sites[i + 1];
    if (owner === "stand-in" && seen.length > 0) {
      seen[seen.length - 1] = mergedSite(innermost, seen[seen.length - 1]!);
      continue;
    }
    if (outer === undefined || next === "piece") continue;
    if (!isPiece && (owner === "wrapper" || owner === "stand-in")) continue;
    // captureStackTrace(error, fn) has cut the frames up to fn, but V8 keeps those of WebAssembly: this
    // trampoline belongs to a function that is cut away, so it is left out. The frame outside of it is
    // another function's, and stays.
    if (!hasInner && owner === "reentry" && !isTrampolineOf(innermost, outer, functionName)) {
      continue;
    }
    i++;
    if (hasInner && seen.length > 0) {
      seen[seen.length - 1] = mergedSite(outer, seen[seen.length - 1]!);
    } else if (owner === "entry") define(seen, outer);
    // A function that is no piece and has lost its inner frame is where captureStackTrace() cut the
    // stack, so its outer frame is not pushed.
  }
  return isChanged || sites.length > limit ? firstSites(seen, limit) : sites;
}

function firstSites(sites: CallSite[], count: number): readonly CallSite[] {
  if (sites.length > count) sites.length = count > 0 ? floor(count) : 0;
  return sites;
}

/**
 * Whether a frame is the trampoline of the function in the next outer frame. Frames that are not
 * WebAssembly count as that.
 */
function isTrampolineOf(
  site: CallSite,
  outer: CallSite,
  functionName: (id: number) => string | undefined,
): boolean {
  if (!isWasm(site)) return true;
  const id = trampolineNumber(site.getScriptNameOrSourceURL()!, String(site));
  const name = id === undefined ? undefined : functionName(id);
  const outerName = outer.getFunctionName();
  return name !== undefined && outerName !== null && endsWith(`.${name}`, `.${outerName}`);
}

function isWasm(site: CallSite): boolean {
  return isModuleName(site.getScriptNameOrSourceURL() ?? "");
}

/** The parts of a frame's place that are replaced. */
export interface Placement {
  line?: number;
  column?: number;
  evalOrigin?: string;
}

/**
 * A frame with the name of one frame and the place of another. Its methods are on the prototype, as
 * with V8's own frames, since programs look for them there.
 */
class MergedSite implements CallSite {
  readonly #name: CallSite;
  readonly #place: CallSite;
  readonly #placement: Placement;

  constructor(name: CallSite, place: CallSite, placement: Placement) {
    this.#name = name;
    this.#place = place;
    this.#placement = placement;
  }

  getThis(): unknown {
    return this.#name.getThis();
  }

  getTypeName(): string | null {
    return this.#name.getTypeName();
  }

  getFunction(): unknown {
    return this.#name.getFunction();
  }

  getFunctionName(): string | null {
    return this.#name.getFunctionName();
  }

  getMethodName(): string | null {
    return this.#name.getMethodName();
  }

  getFileName(): string | null | undefined {
    return this.#place.getFileName();
  }

  getLineNumber(): number | null {
    return this.#placement.line ?? this.#place.getLineNumber();
  }

  getColumnNumber(): number | null {
    return this.#placement.column ?? this.#place.getColumnNumber();
  }

  getEvalOrigin(): string | undefined {
    return this.#placement.evalOrigin ?? this.#place.getEvalOrigin();
  }

  getScriptNameOrSourceURL(): string | null | undefined {
    return this.#place.getScriptNameOrSourceURL();
  }

  isToplevel(): boolean | null {
    return this.#name.isToplevel();
  }

  isEval(): boolean {
    return this.#place.isEval();
  }

  isNative(): boolean {
    return this.#place.isNative();
  }

  isConstructor(): boolean {
    return this.#name.isConstructor();
  }

  isAsync(): boolean {
    return this.#name.isAsync();
  }

  isPromiseAll(): boolean {
    return this.#name.isPromiseAll();
  }

  getPromiseIndex(): number | null {
    return this.#name.getPromiseIndex();
  }

  toString(): string {
    const [name, place, { line, evalOrigin }] = [this.#name, this.#place, this.#placement];
    const placeText = String(place);
    const position = positionOf(place);
    const file = fileIn(placeText, place, position);
    const location = file + position;
    const text = name === place ? placeText : mergedText(String(name), location);
    // Each question costs a call into V8, so that none is asked without need.
    const placed = line === undefined ? text : replaceText(text, location, file + positionOf(this));
    const origin = evalOrigin && place.getEvalOrigin();
    return origin && evalOrigin ? replaceText(placed, origin, evalOrigin) : placed;
  }
}

function mergedSite(name: CallSite, place: CallSite): CallSite {
  return new MergedSite(name, place, {});
}

/** Returns a frame with another place. */
export function placedSite(site: CallSite, placement: Placement): CallSite {
  return new MergedSite(site, site, placement);
}

/** Returns the file in a frame's text: the name from a `sourceURL` comment, or the file's own. */
function fileIn(text: string, site: CallSite, position: string): string {
  const file = `${site.getScriptNameOrSourceURL()}`;
  return indexOf(text, file + position) < 0 ? `${site.getFileName()}` : file;
}

function positionOf(site: CallSite): string {
  return `:${site.getLineNumber()}:${site.getColumnNumber()}`;
}

/** Returns the text `f (a.ts:1:2)` of one frame with the location of another. */
function mergedText(name: string, location: string): string {
  const at = lastIndexOf(name, " (");
  if (at >= 0 && endsWith(name, ")")) return `${slice(name, 0, at)} (${location})`;
  // A function without a name has only its location there.
  return startsWith(name, "async ") ? `async ${location}` : location;
}

/** Replaces the first occurrence of a part in a text, if there is one. */
function replaceText(text: string, part: string, other: string): string {
  const at = indexOf(text, part);
  return at < 0 ? text : slice(text, 0, at) + other + slice(text, at + part.length);
}

/** Appends to an array without calling a setter that the program may have put on its prototype. */
function define(array: CallSite[], site: CallSite): void {
  defineElement(array, array.length, site);
}
