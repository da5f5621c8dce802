/** What became of a function or module. */
export interface Wrapped {
  /** Why it was left as it is; `undefined` if it was not. */
  reason?: string;
  /** Writes what stands behind the body; to be called once all inside has been edited. */
  close: () => void;
}

/** The texts that hand code to the runtime, under the number of one function. */
export interface Calls {
  /** The function's number. */
  id: number;
  /** The runtime. */
  runtime: string;
  /** Makes the function known without a body: `runtime.touch(id)`. */
  touch: string;
}
