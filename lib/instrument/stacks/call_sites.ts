import { type FrameOwner, frameOwner } from "../../activation/instrumented_code.ts";
import { defineElement, endsWith, indexOf, lastIndexOf, slice } from "../../base/builtins.ts";
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
  if (isWasm(site)) return "reentry";
  return frameOwner(site.getScriptNameOrSourceURL() ?? "", site.getFunctionName());
}

/**
 * The frames of a stack as they are without us, innermost first. A function that called itself again
 * inside its trampoline has two frames, and so has one of which a piece became an arrow function: the
 * outer one knows how it was called, the inner one where it is.
 *
 * @param sites The stack as it is.
 * @param functionName The qualified name of a function, by its number.
 */
export function programSites(
  sites: readonly CallSite[],
  functionName: (id: number) => string | undefined,
): CallSite[] {
  const seen: CallSite[] = [];
  for (let i = 0; i < sites.length; i++) {
    let owner = ownerOf(sites[i]!);
    if (owner === "program") {
      define(seen, sites[i]!);
      continue;
    }
    const hasInner = i > 0;
    for (; i + 1 < sites.length; i++) {
      const next = ownerOf(sites[i + 1]!);
      if (next === "program") break;
      // Who wraps by hand calls through the same functions as the pieces do.
      if (owner !== "wrapper" && next !== "reentry") owner = next;
    }
    const innermost = sites[i]!;
    const outer = sites[i + 1];
    if (owner === "stand-in" && seen.length > 0) {
      seen[seen.length - 1] = mergedSite(innermost, seen[seen.length - 1]!);
      continue;
    }
    if (owner === "wrapper" || owner === "stand-in" || outer === undefined) continue;
    // V8 leaves the frames of WebAssembly in a stack that was taken from an outer function on.
    if (!hasInner && owner === "reentry" && !isTrampolineOf(innermost, outer, functionName)) {
      continue;
    }
    i++;
    if (hasInner && seen.length > 0) {
      seen[seen.length - 1] = mergedSite(outer, seen[seen.length - 1]!);
    } else if (owner === "piece") define(seen, outer);
    // Else whoever took the stack wanted it from where the function was called.
  }
  return seen;
}

/** Whether a trampoline is that of the function outside of it. */
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

/** Whether a stack has frames that its program does not know of. */
export function hasOwnSites(sites: readonly CallSite[]): boolean {
  for (let i = 0; i < sites.length; i++) if (ownerOf(sites[i]!) !== "program") return true;
  return false;
}

/** What of a frame's place is another. */
export interface Placement {
  line?: number;
  column?: number;
  evalOrigin?: string;
}

/**
 * A frame with the name of one and the place of another. Its methods are its prototype's, as those of
 * V8's frames are: programs look for them there.
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
    const [name, place] = [this.#name, this.#place];
    const placeText = String(place);
    const file = fileIn(placeText, place);
    const location = locationOf(file, place);
    const text = name === place ? placeText : mergedText(String(name), placeText, location);
    const placed = replaceText(text, location, locationOf(file, this));
    const [origin, evalOrigin] = [place.getEvalOrigin(), this.#placement.evalOrigin];
    return origin && evalOrigin ? replaceText(placed, origin, evalOrigin) : placed;
  }
}

function mergedSite(name: CallSite, place: CallSite): CallSite {
  return new MergedSite(name, place, {});
}

/** A frame in another place. */
export function placedSite(site: CallSite, placement: Placement): CallSite {
  return new MergedSite(site, site, placement);
}

/** The file of a frame as its text has it, which can be what its source calls itself. */
function fileIn(text: string, site: CallSite): string | null | undefined {
  const file = site.getScriptNameOrSourceURL();
  return indexOf(text, locationOf(file, site)) < 0 ? site.getFileName() : file;
}

function locationOf(file: string | null | undefined, site: CallSite): string {
  return `${file}:${site.getLineNumber()}:${site.getColumnNumber()}`;
}

/** `f (a.ts:1:2)` with the place of the other. */
function mergedText(name: string, place: string, location: string): string {
  const at = lastIndexOf(name, " (");
  if (at < 0 || !endsWith(name, ")")) return place;
  return `${slice(name, 0, at)} (${location})`;
}

/** A text with one part in the place of another; as it is where it has not that. */
function replaceText(text: string, part: string, other: string): string {
  const at = indexOf(text, part);
  return at < 0 ? text : slice(text, 0, at) + other + slice(text, at + part.length);
}

/** Appends to an array, whatever its prototype has. */
function define(array: CallSite[], site: CallSite): void {
  defineElement(array, array.length, site);
}
