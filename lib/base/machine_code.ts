/** Where the code of a trampoline is. */
export interface CodeExtent {
  /** Where it starts. */
  address: number | bigint;
  /** Bytes of code. */
  size: number;
  /** Whether V8 made it: then it keeps a frame record from its start to its end. */
  byV8?: boolean;
}

/** Runs a body for which the stack has no room for a trampoline. */
export type RunDeep = (body: () => void) => void;
