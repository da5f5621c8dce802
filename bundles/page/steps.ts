/** Computations in steps, between which the browser can draw and take input. */
/** A computation that pauses after each step. */
export type Steps<Value> = Generator<void, Value>;

/** Indices of a loop that make a step: a millisecond or so. */
const STRIDE = 1 << 12;

/** Whether a loop pauses at an index. */
export function isStep(index: number): boolean {
  return index % STRIDE === 0;
}

/** Computes to the end, without a pause. */
export function finish<Value>(steps: Steps<Value>): Value {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
