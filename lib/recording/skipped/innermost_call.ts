import { type Frame, isBuiltin, isHandler } from "../frame.ts";

/**
 * The index of the frame that was called last: of inlined functions that of the function that they are
 * part of.
 */
export function innermostCall(frames: readonly Frame[]): number {
  let at = frames.length - 1;
  // The kernel interrupts whatever runs.
  while (at > 0 && (frames[at]!.kind === "kernel" || frames[at]!.isInlined)) at--;
  return at;
}

/** Whether code that runs may have no stack frame yet, or none at all. */
export function mayLackFrame(code: Frame): boolean {
  return isFunction(code) || isBuiltin(code) || isHandler(code);
}

/** Whether a frame is a function's, by V8's log. */
export function isFunction({ file, tier }: Frame): boolean {
  return file !== undefined && tier !== undefined;
}

/** Whether a frame is that of one call in a function's machine code. */
export function isCallInCode(frame: Frame): boolean {
  return isFunction(frame) && frame.position !== undefined && frame.tier !== "interpreted";
}

/** A function without the place in it that was being executed. */
export function withoutPlace({ name, kind, file, line, module }: Frame): Frame {
  return { name, kind, file, line, module };
}
