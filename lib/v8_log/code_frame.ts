/** A place in a source text; both count from 1. */
export interface CodePosition {
  /** Line. */
  line: number;
  /** Column, in UTF-16 code units. */
  column: number;
}

/** V8's compiler that made a piece of code. */
export type CodeTier = "interpreted" | "sparkplug" | "maglev" | "turbofan";

/** The kind of a piece of code. */
export type CodeKind = "function" | "builtin" | "handler" | "regexp" | "wasm" | "other";

/** A function that runs at an address, by V8's log. */
export interface CodeFrame {
  /** Qualified name, by the instrumenter's rule; `<module>` for a module's body. */
  name: string;
  /** Its kind; a handler is the interpreter's code for one bytecode. */
  kind: CodeKind;
  /**
   * Path, or URL where the source is no file. It is that of the original source if the script has a
   * map.
   */
  file?: string;
  /** Line of the function in that source, counted from 1. */
  line?: number;
  /**
   * The position that is executing, in that source; `undefined` where the log has none, as for
   * interpreted code.
   */
  position?: CodePosition;
  /** The compiler that made the code that runs. */
  tier?: CodeTier;
  /** Whether that code was entered in the middle of a loop (on-stack replacement). */
  isOsr?: boolean;
  /**
   * Whether V8 compiled the function into its caller, so that it has no frame on the machine's
   * stack.
   */
  isInlined?: boolean;
}
