/** The result of wrapping a function, a module or a class. */
export interface Wrapped {
  /** The reason for which it was not wrapped; `undefined` if it was. */
  reason?: string;
  /** Inserts the code behind the body; to be called once everything inside has been edited. */
  close: () => void;
}

/** The texts that call the runtime with the number of one function. */
export interface Calls {
  /** The function's number. */
  id: number;
  /** The expression for the runtime. */
  runtime: string;
  /** Makes the function known without a body: `runtime.touch(id)`. */
  touch: string;
}
