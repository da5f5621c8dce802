import { sourceName, type SourcePosition } from "../base/symbol_name.ts";

/** A frame of a stack, as V8's stack trace API describes it. */
interface CallSite {
  /** `undefined` in code that was made from text. */
  getFileName(): string | null | undefined;
  getLineNumber(): number | null;
  getFunctionName(): string | null;
}

/** V8's own additions to `Error`, which the library types lack. */
interface V8Error {
  stackTraceLimit: number;
  prepareStackTrace: unknown;
  captureStackTrace(target: object, below: (...args: never[]) => unknown): void;
}

/**
 * The position of the caller of `below` in its original source, as in the runtime's stack traces.
 *
 * @param below The innermost function to leave out.
 * @param skip Further functions to leave out, by their names. @default nothing
 * @returns `undefined` if the stack has no such position.
 */
export function callerPosition(
  below: (...args: never[]) => unknown,
  skip?: RegExp,
): SourcePosition | undefined {
  for (const site of captureStack(below, skip === undefined ? 1 : 16)) {
    if (skip?.test(site.getFunctionName() ?? "")) continue;
    const [file, line] = [site.getFileName(), site.getLineNumber()];
    if (file && line !== null) return { file: sourceName(file), line };
  }
  return undefined;
}

function captureStack(below: (...args: never[]) => unknown, limit: number): CallSite[] {
  const error = Error as unknown as V8Error;
  const { stackTraceLimit, prepareStackTrace } = error;
  const trace: { stack?: CallSite[] } = {};
  try {
    error.stackTraceLimit = limit;
    error.prepareStackTrace = (_error: unknown, sites: CallSite[]) => sites;
    error.captureStackTrace(trace, below);
    return trace.stack ?? [];
  } finally {
    error.stackTraceLimit = stackTraceLimit;
    error.prepareStackTrace = prepareStackTrace;
  }
}
