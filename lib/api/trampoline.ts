import { activation } from "../activation/activation.ts";
import { OFF, UNDECIDED } from "../activation/instrumented_code.ts";

/** A frame with a name of the caller's choice. */
export interface Trampoline {
  /**
   * Runs `body` inside the frame while trampolines are on, and plainly otherwise.
   *
   * @param body The function to run. Its result is returned, its exception passes.
   */
  run<Result>(body: () => Result): Result;
}

/**
 * Makes a frame by hand: for the functions of an interpreter written in JavaScript, or for a label
 * such as `GET /users`.
 *
 * @param name The name that `perf` shows, as `js::<name>:<file>:<line>`.
 * @param file The file that the name belongs to.
 * @param line Its line, counted from 1; left out if there is none.
 * @throws {TypeError} If the name or the file is not a string.
 * @throws {RangeError} If the line is not a whole number above 0.
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
      // The entry for no arguments: `activation.run` is for functions that pass theirs in an array.
      return (activation.state === OFF ? body() : activation.e0(id, body, undefined)) as ReturnType<
        typeof body
      >;
    },
  };
}
