import { type Frame, isBuiltin } from "../frame.ts";

/** The builtins by which optimised code calls a function that it does not know. */
const UNKNOWN_CALL = /^Call(?:Function)?_ReceiverIs(?:Any|NullOrUndefined|NotNullOrUndefined)$/;

/** Whether a frame is the builtin by which optimised code calls a function that it does not know. */
export function isUnknownCall(frame: Frame): boolean {
  return isBuiltin(frame) && UNKNOWN_CALL.test(frame.name);
}
