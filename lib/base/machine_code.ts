/** The place of a trampoline's code. */
export interface CodeExtent {
  /** Its first address. */
  address: number | bigint;
  /** Bytes of code. */
  size: number;
  /** Whether V8 made it; such code keeps a frame record from its start to its end. */
  byV8?: boolean;
}

/** Runs a body past the stack budget, where there are no trampolines. */
export type RunDeep = (body: () => void) => void;
