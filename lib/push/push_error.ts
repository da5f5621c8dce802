import { PerfError } from "../base/perf_error.ts";

/** Makes the error for wishes that nothing can be pushed by. */
export function usageOfPush(message: string, hint: string): PerfError {
  return new PerfError(message, { code: "usage", hint });
}
