import { activation } from "../activation/activation.ts";
import { UNDECIDED } from "../activation/instrumented_code.ts";

/** A frame with a name of one's own choice. */
export interface Trampoline {
  /**
   * Runs `body` inside the frame while trampolines are on, and plainly otherwise.
   *
   * @param body What to run; its result is returned, its exception passes.
   */
  run<Result>(body: () => Result): Result;
}

/**
 * Makes a frame by hand: for an interpreter written in JavaScript, whose own
 * functions `perf` should show, or for a label such as `GET /users`.
 *
 * @param name What `perf` shows, as `js::<name>:<file>:<line>`.
 * @param file The file of the named thing, or what it belongs to.
 * @param line Its line, counted from 1; left out where there is none.
 * @throws {TypeError} If the name or the file is no text.
 * @throws {RangeError} If the line is no whole number above 0.
 *
 * @example
 * ```ts
 * import { trampoline } from "@x/perf";
 * import { equal } from "node:assert/strict";
 *
 * const request = trampoline("GET /users", "routes.ts", 12);
 * equal(request.run(() => 42), 42);
 * ```
 */
export function trampoline(name: string, file: string, line?: number): Trampoline {
  for (const [what, value] of Object.entries({ name, file })) {
    if (typeof value !== "string") {
      throw new TypeError(
        `Cannot make a trampoline with ${what} "${String(value)}": must be a string`,
      );
    }
  }
  if (line !== undefined && !(Number.isSafeInteger(line) && line > 0)) {
    throw new RangeError(
      `Cannot make a trampoline at line "${line}": must be a whole number above 0`,
    );
  }
  const id = activation.define({ name, file, line }, 0);
  return {
    run(body) {
      if (activation.state === UNDECIDED) activation.decide();
      return activation.run(id, body);
    },
  };
}
