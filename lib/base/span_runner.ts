/*
 * The contract between `span()`, which a program calls, and the recorder that the command preloads.
 * They can be of two copies of this package, so they meet at a global.
 */

/** The property of `globalThis` that holds the recorder; its digit is the version of this contract. */
export const SPAN_RUNNER: unique symbol = Symbol.for("@x/perf span runner 1");

/** Calls a body inside a span, and returns what the body returns. */
export type SpanRunner = <Result>(name: string, body: () => Result) => Result;

/** The recorder of this program; `undefined` where spans are not recorded. */
export function spanRunner(): SpanRunner | undefined {
  return (globalThis as { [SPAN_RUNNER]?: SpanRunner })[SPAN_RUNNER];
}

/** Has `span()` call a recorder from now on. */
export function publishSpanRunner(runner: SpanRunner): void {
  // Not enumerable, so that the program does not notice it.
  Object.defineProperty(globalThis, SPAN_RUNNER, { value: runner, configurable: true });
}
