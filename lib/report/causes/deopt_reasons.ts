/*
 * V8's reasons to leave optimised code (v8/src/deoptimizer/deoptimize-reason.h), in words that the
 * author of a program can act on.
 */

/**
 * Reasons that are no failure: V8 leaves Maglev's code in a loop to enter TurboFan's, or leaves an
 * inner loop that it has optimised alone.
 */
const PLANNED = /\bOSR\b|on[- ]stack replacement/i;

/** Whether a reason says that an assumption of the compiler was wrong. */
export function isFailure(reason: string): boolean {
  return !PLANNED.test(reason);
}

/** The first pattern that matches a reason decides. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    /^Insufficient type feedback/i,
    "This expression had not run before V8 optimised the function: let the first calls run it, or " +
    "move the code that runs rarely into a function of its own.",
  ],
  [
    /\b(?:map|instance type|instance migration|field|prototype|constructor)\b/i,
    "Objects of another shape arrive here: create these objects with the same properties in the " +
    "same order, and do not add or delete properties afterwards.",
  ],
  [
    /\bout of bounds\b|array index|grow elements/i,
    "The index lies outside of the array: compare it with the length before the access.",
  ],
  [
    /\bhole\b|elements changed|allocation site/i,
    "The array has holes or gets another kind of elements: fill it with values of one type.",
  ],
  [
    /\boverflow\b|lost precision|minus zero|\bNaN\b|division by zero|BigInt too big/i,
    "The result is no small integer any more: keep the numbers in 31 bits, or let this variable " +
    "hold fractions from the start.",
  ],
  [
    /^(?:not an? |Smi$)|\b(?:Smi|int32|uint32|number|string|symbol|bigint|boolean|oddball)\b/i,
    "A value of another type arrives here: pass one type only, as integers, fractions or strings, " +
    "and never null or undefined in between.",
  ],
  [
    /call target|feedback cell|wrong (?:value|name)|value mismatch|property cell|const/i,
    "Another function or value stands here than before: do not reassign it, and do not create the " +
    "function anew for each call.",
  ],
];

/** One sentence that says what a program's author can do about a reason. */
export function adviceOnDeopt(reason: string): string {
  return ADVICE.find(([pattern]) => pattern.test(reason))?.[1] ??
    "The values here change while the function runs: keep their types and shapes the same.";
}
