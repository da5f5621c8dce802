import { sourceName, type SourcePosition } from "./symbol_name.ts";

/** One line of a stack: `at name (file:///a.ts:3:7)` or `at file:///a.ts:3:7`. */
const FRAME = /^ +at (?:(.*) \()?((?:[a-z]+:|\/|<).*?):(\d+):\d+\)?$/;

/** V8's own additions to `Error`, which the library types lack. */
interface V8Error {
  stackTraceLimit: number;
  prepareStackTrace: unknown;
  captureStackTrace(target: object, below: (...args: never[]) => unknown): void;
}

/**
 * Where the caller of `below` stands in its original source, as the runtime's own stack traces have it.
 *
 * @param below The innermost function to leave out.
 * @param skip Further functions to leave out, by their names. @default nothing
 * @returns `undefined` where the stack does not tell.
 */
export function callerPosition(
  below: (...args: never[]) => unknown,
  skip?: RegExp,
): SourcePosition | undefined {
  for (const line of captureStack(below, skip === undefined ? 1 : 16)) {
    const match = FRAME.exec(line);
    if (match === null || skip?.test(match[1] ?? "")) continue;
    return { file: sourceName(match[2]!), line: Number(match[3]) };
  }
  return undefined;
}

function captureStack(below: (...args: never[]) => unknown, limit: number): string[] {
  const error = Error as unknown as V8Error;
  const { stackTraceLimit, prepareStackTrace } = error;
  const trace: { stack?: string } = {};
  try {
    error.stackTraceLimit = limit;
    // A program's own would return what it likes.
    error.prepareStackTrace = undefined;
    error.captureStackTrace(trace, below);
    return String(trace.stack).split("\n").slice(1);
  } finally {
    error.stackTraceLimit = stackTraceLimit;
    error.prepareStackTrace = prepareStackTrace;
  }
}
