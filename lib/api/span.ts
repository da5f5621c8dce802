import { spanRunner } from "../base/span_runner.ts";

/**
 * Names a part of the program's work, such as a job or a request, and runs it. The name goes with the
 * async context: it holds for all that the body awaits and starts. `profile --spans` reports the time
 * of each name. Where nothing records spans, this calls the body and does nothing else.
 *
 * @param name The name in reports; equal parts of the work have equal names.
 * @param body The work, sync or async.
 * @returns The result of the body: the same value, or the same promise.
 * @throws {TypeError} If the name is no text, or the body no function.
 *
 * @example
 * ```ts
 * import { span } from "@x/perf";
 * import { equal } from "node:assert/strict";
 *
 * const length = await span("load", async () => {
 *   const text = await Promise.resolve("text");
 *   return text.length;
 * });
 * equal(length, 4);
 * ```
 */
export function span<Result>(name: string, body: () => Result): Result {
  if (typeof name !== "string") {
    throw new TypeError(`Cannot make a span "${String(name)}": its name must be a string`);
  }
  if (typeof body !== "function") {
    throw new TypeError(
      `Cannot make span "${name}": its body is ${typeof body}, must be a function`,
    );
  }
  const run = spanRunner();
  return run === undefined ? body() : run(name, body);
}
