import { type Frame, functionFrame } from "../frame.ts";
import type { WaitFrame } from "./wait.ts";

/** The frame of a function that awaits. */
export function frameOfWait([name, file, line, column]: WaitFrame): Frame {
  return functionFrame({ name, file, line }, { position: { line, column } });
}
