/** A JavaScript runtime. */
export type RuntimeName = "deno" | "node" | "bun";

/** A permission, in Deno's words. */
export type Permission =
  | { name: "ffi" | "run" | "sys" }
  | { name: "read" | "write"; path?: string }
  | { name: "env"; variable?: string };

/** Options for the start of a program. */
export interface StartOptions {
  /** The user's flags for the runtime. */
  flags: readonly string[];
  /** URL of a module to load before the program. @default {none} */
  preload?: string;
  /** The program's stack limit, in KiB. @default {the runtime's own limit} */
  stackSize?: number;
  /** Flags for V8, beside those of the user. @default {[]} */
  engineFlags?: readonly string[];
}

/** The differences between runtimes. */
export interface Host {
  /** The runtime's name. */
  readonly name: RuntimeName;
  /** Flags for the runtime if the user gives none. */
  readonly usualFlags: readonly string[];
  /**
   * Whether the runtime maps positions in stacks by source maps, and keeps the frames of errors.
   */
  readonly mapsStacks: boolean;
  /** Whether it prints the stacks of errors in colours. */
  paintsStacks(): boolean;
  /** Whether stacks show positions in the original sources that source maps name. */
  readsSourceMaps(): boolean;
  /** Whether a permission is granted. Never prompts. */
  isGranted(permission: Permission): boolean;
  /** Whether the runtime threw an error because a permission is missing. */
  isPermissionError(error: unknown): boolean;
  /** Whether this is the thread that the process started with. */
  isMainThread(): boolean;
  /** Calls a function when the process ends of its own accord. */
  onProcessEnd(listener: () => void): void;
  /** Builds the runtime's arguments in front of a script. */
  startArgs(options: StartOptions): string[];
  /** Finds the flags that trampolines need and that are not among some flags. */
  missingFlags(flags: readonly string[]): string[];
}
