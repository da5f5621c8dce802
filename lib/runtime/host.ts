/** A JavaScript runtime. */
export type RuntimeName = "deno" | "node" | "bun";

/** A permission, in Deno's words. */
export type Permission =
  | { name: "ffi" | "run" | "sys" }
  | { name: "read" | "write"; path?: string }
  | { name: "net"; host: string }
  | { name: "env"; variable?: string };

/** How to start a program. */
export interface StartOptions {
  /** The runtime's flags that the user wants. */
  flags: readonly string[];
  /** A module to load in front of the program, a URL. @default {none} */
  preload?: string;
  /** How much stack the program may use, in KiB. @default {the runtime's own limit} */
  stackSize?: number;
  /** Flags for V8, beside those of the user. @default {[]} */
  engineFlags?: readonly string[];
}

/** What differs from runtime to runtime. */
export interface Host {
  /** Which runtime this is. */
  readonly name: RuntimeName;
  /** The runtime's flags where the user wants none. */
  readonly usualFlags: readonly string[];
  /** Whether it maps the positions in stacks by the source maps of modules, and keeps the frames of errors. */
  readonly mapsStacks: boolean;
  /** Whether it prints the stacks of errors in colours. */
  paintsStacks(): boolean;
  /** Whether stacks show positions in what a module's source map says that it was made from. */
  readsSourceMaps(): boolean;
  /** Whether something is allowed without asking anybody. */
  isGranted(permission: Permission): boolean;
  /** Whether an error is the runtime's refusal for want of a permission. */
  isPermissionError(error: unknown): boolean;
  /** Whether this is the thread that the process started with. */
  isMainThread(): boolean;
  /** Calls a function when the process ends of its own accord. */
  onProcessEnd(listener: () => void): void;
  /** The runtime's arguments in front of a script. */
  startArgs(options: StartOptions): string[];
  /** Which flags that trampolines need are not among some flags. */
  missingFlags(flags: readonly string[]): string[];
}
