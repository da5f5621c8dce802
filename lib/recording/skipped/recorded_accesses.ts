import { type Frame, isApp, isBuiltin } from "../frame.ts";
import type { Recording } from "../recording.ts";
import { type AccessSite, AccessSites } from "./access_sites.ts";
import { type Access, AccessTexts, type BuiltinAccess, isSameAccess } from "./access_text.ts";
import { frameKey } from "./reached_function.ts";

/** The builtins that access properties of objects of many shapes (v8/src/builtins/builtins-ic-gen.cc). */
const MEGAMORPHIC = /^(Keyed)?(Load|Store|Define\w*|Has)\w*?IC(?:Trampoline)?_Megamorphic/;

/** The property access that a frame is for; `undefined` where it is no megamorphic builtin. */
export function megamorphicAccess(frame: Frame): BuiltinAccess | undefined {
  const [, keyed, kind] = isBuiltin(frame) ? MEGAMORPHIC.exec(frame.name) ?? [] : [];
  if (kind === undefined) return undefined;
  return { isKeyed: keyed !== undefined, isStore: kind === "Store" || kind.startsWith("Define") };
}

/** A stack that ends in a megamorphic builtin. */
export interface AccessStack {
  frames: readonly Frame[];
  /** The index of the builtin's frame. */
  at: number;
  access: BuiltinAccess;
  /** The access in the source, where the function that called the builtin tells its place. */
  found: Access | undefined;
}

/** The property accesses of a recording. */
export class RecordedAccesses {
  readonly #sites = new Map<string, AccessSites>();
  readonly #texts: AccessTexts;

  /**
   * @returns `undefined` where no stack has a megamorphic builtin, as in most programs: then nothing
   * has to be learned of 100 000 stacks.
   */
  static of(recording: Pick<Recording, "stacks" | "sources">): RecordedAccesses | undefined {
    const isAccess = (frame: Frame) => megamorphicAccess(frame) !== undefined;
    return recording.stacks.some(({ frames }) => frames.some(isAccess))
      ? new RecordedAccesses(recording)
      : undefined;
  }

  private constructor({ stacks, sources }: Pick<Recording, "stacks" | "sources">) {
    this.#texts = new AccessTexts(sources);
    for (const { frames, weight } of stacks) {
      const end = frames.findLastIndex(isApp);
      const run = runTo(frames, end);
      const frame = frames[end];
      const found = run.length > 0 && frame?.position !== undefined
        ? this.#texts.at(frame.file!, frame.position)
        : undefined;
      if (found !== undefined) this.#sitesOf(run[0]!).add(run, found, weight);
      const stack = this.accessOf(frames);
      if (stack?.found === undefined) continue;
      const caller = runTo(frames, stack.at - 1);
      if (caller.length > 0) this.#sitesOf(caller[0]!).confirm(caller, stack.found, weight);
    }
  }

  /** The megamorphic access that a stack ends in, which a function of the program has called. */
  accessOf(frames: readonly Frame[]): AccessStack | undefined {
    const at = frames.findLastIndex((frame) => megamorphicAccess(frame) !== undefined);
    // A getter that the builtin calls has a time of its own.
    if (at < 0 || frames.slice(at + 1).some(isApp)) return undefined;
    const access = megamorphicAccess(frames[at]!)!;
    const caller = frames[at - 1];
    if (caller?.file === undefined || !isApp(caller)) return undefined;
    const text = caller.position && this.#texts.at(caller.file, caller.position);
    return { frames, at, access, found: text && isSameAccess(text, access) ? text : undefined };
  }

  /** The places at which a function may have called a megamorphic builtin. */
  sitesOf(
    fn: Frame,
    access: BuiltinAccess,
  ): (AccessSite & { share: number; others: ReadonlySet<number> })[] {
    return this.#sites.get(frameKey(fn))?.sites(access) ?? [];
  }

  #sitesOf(fn: Frame): AccessSites {
    let sites = this.#sites.get(frameKey(fn));
    if (sites === undefined) this.#sites.set(frameKey(fn), sites = new AccessSites());
    return sites;
  }
}

/** A function's frame with those that are inlined into it, down to one of them. */
function runTo(frames: readonly Frame[], end: number): readonly Frame[] {
  let start = end;
  while (start >= 0 && !(isApp(frames[start]!) && !frames[start]!.isInlined)) start--;
  return start < 0 ? [] : frames.slice(start, end + 1);
}
