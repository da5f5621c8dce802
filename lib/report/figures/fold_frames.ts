import { activityOfFrame, type Frame, isApp, isBuiltin } from "../../recording/frame.ts";
import type { Recording, Stack } from "../../recording/recording.ts";
import { StackTable } from "../../recording/stack_table.ts";

/** The frame that stands for a stack without a function of the program. */
const NO_APP: Frame = { name: "[no app code]", kind: "runtime", module: "" };

/** Options of {@linkcode foldFrames}. */
export interface FoldOptions {
  /** Whether only functions of the program and of its packages are kept. @default {false} */
  appOnly?: boolean;
}

/**
 * Leaves out frames that tell a reader nothing. Their time goes to their callers, and no sample is
 * lost. A runtime without symbols has hundreds of frames without names between two functions of a
 * program. Of such frames only the innermost stays, where time was spent, as `[deno]`. It goes too
 * where it is V8's code for the function around it.
 *
 * @param recording The recording.
 * @param options Options.
 */
export function foldFrames(
  recording: Recording,
  { appOnly = false }: FoldOptions = {},
): Recording {
  const stacks = new StackTable();
  const indices = recording.stacks.map((stack) => {
    const { thread, frames: all, samples, weight, objects, isCut } = stack;
    const frames = collectionApart(all);
    const kept = appOnly
      ? frames.filter((frame) => isApp(frame) || isCollection(frame))
      : frames.filter((frame, i) =>
        i === frames.length - 1
          ? isTelling(frame) || !isOwnCode(frames)
          : isTelling(frame) && !isPassage(frame) && !isRepeated(frame, frames, i)
      );
    return stacks.add(
      thread,
      kept.length === 0 ? [outsideOfApp(frames, appOnly)] : kept,
      { samples, weight, objects, isCut },
    );
  });
  const samples = recording.samples.withStacks(indices);
  return { ...recording, stacks: stacks.stacks(), samples };
}

function isCollection(frame: Frame): boolean {
  return activityOfFrame(frame) === "garbage collection";
}

/**
 * Takes the callers away from a garbage collection. A collection begins in the function that
 * allocates when memory is full, but it collects the garbage of all functions, so its time belongs
 * to none of them. V8's own sampler keeps it apart, too.
 */
function collectionApart(frames: readonly Frame[]): readonly Frame[] {
  const start = frames.findLastIndex(isCollection);
  return start < 0 ? frames : frames.slice(start);
}

/** The file of this package's native code; its frames stand around every trampoline. */
const OWN_MODULE = /(?:^|\/)libxperf[\w.-]*\.so(?: \(deleted\))?$/;

function isTelling({ name, module }: Frame): boolean {
  return name !== "" && !OWN_MODULE.test(module);
}

/**
 * Builtins that calls go through: from C++ to JavaScript, from one function to the next, or back to
 * C++ (v8/src/builtins/builtins-definitions.h). Between two functions they tell nothing.
 */
const PASSAGE =
  /^(?:JS(?:Entry|Construct|Run|ToWasm|Builtins)|Call|Construct|Interpreter|(?:Wasm)?CEntry|DirectCEntry|Adaptor|HandleApi|Baseline|WasmTo|Generator(?:PrototypeNext|ResumeTrampoline)|ResumeGenerator|Async(?:Function|Generator)Await|AsyncModuleEvaluate|Promise(?:Fulfill|Reject)ReactionJob|RunMicrotasks|ContinueTo|FunctionPrototype(?:Apply|Call)$)|(?:Trampoline|Continuation)$/;

/** V8's code between JavaScript and WebAssembly, as around every trampoline of the wasm engine. */
const WASM_PASSAGE = /^(?:js-to-wasm|wasm-to-js)\b/;

function isPassage(frame: Frame): boolean {
  const { file, module, name } = frame;
  if (isBuiltin(frame)) return PASSAGE.test(name);
  return file === undefined && module.startsWith("[") && WASM_PASSAGE.test(name);
}

/**
 * Whether a frame is a trampoline's, and V8's own frame of the same function follows further in. A
 * function that was wrapped by hand has both, because V8's log names it too.
 */
function isRepeated({ tier, name, file }: Frame, frames: readonly Frame[], i: number): boolean {
  if (tier !== undefined || file === undefined) return false;
  const next = frames.slice(i + 1).find((frame) => frame.file !== undefined);
  return next?.tier !== undefined && next.file === file && lastPart(next.name) === lastPart(name);
}

/** Returns a function's own name, without the names of the functions and classes around it. */
function lastPart(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}

/** Whether the innermost frame is V8's code for the function around it, or this library's. */
function isOwnCode(frames: readonly Frame[]): boolean {
  const { name, module } = frames.at(-1)!;
  if (name !== "" || OWN_MODULE.test(module)) return true;
  const caller = frames.findLast(isTelling);
  return module === "[generated code]" && caller !== undefined && isApp(caller);
}

function outsideOfApp(frames: Stack["frames"], appOnly: boolean): Frame {
  return appOnly ? NO_APP : frames.at(-1) ?? NO_APP;
}
