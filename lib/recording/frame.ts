import { functionSymbol } from "../base/symbol_name.ts";

/**
 * The owner of a frame's code: the user, a package that the user installed, the runtime (with V8
 * and this library), a native library, or the kernel.
 */
export type FrameKind = "typescript" | "npm" | "runtime" | "native" | "kernel";

/** V8's compilers and its interpreter, from the slowest code to the fastest. */
export type CodeTier = "interpreted" | "sparkplug" | "maglev" | "turbofan";

/** A function that was on the stack. */
export interface Frame {
  /** Its qualified name, without position; empty where its address has no name. */
  name: string;
  /** The owner of its code. */
  kind: FrameKind;
  /** Path or URL of its source, where that is known. */
  file?: string;
  /** Line in it, counted from 1. */
  line?: number;
  /**
   * The program or library that its code is in; empty where unknown, and where there is a source.
   */
  module: string;
  /** The place in the source that was being executed, counted from 1. */
  position?: { line: number; column: number };
  /** The compiler that made the code. */
  tier?: CodeTier;
  /** Whether the code was entered in the middle of a loop (on-stack replacement). */
  isOsr?: boolean;
  /** Whether the compiler has inlined the function into its caller. */
  isInlined?: boolean;
}

/** Where a sampler found an address. */
export interface CodePlace {
  /** The symbol, as perf shows it; empty where there is none. */
  symbol: string;
  /** The program, library or map that the address is in; empty where unknown. */
  module: string;
  /** Whether the address is the kernel's. */
  isKernel?: boolean;
  /** Paths of runtimes that are not known by name, such as a compiled program. */
  runtimes?: readonly string[];
}

/** Programs and libraries that a runtime consists of, ours among them. */
const RUNTIME_MODULE =
  /(?:^|\/)(?:deno|denort|node|nodejs|bun|libnode\.so[.\d]*|libxperf-[\w-]+\.so)$/;

/**
 * Modules that perf names for generated code: perf maps, ELF files of a jitdump, memory without a
 * file.
 */
const GENERATED = /(?:^|\/)(?:perf-\d+\.map|jitted-\d+-\d+\.so)$|^\[JIT\]|^(?:\/\/anon|anon_inode)/;

/** Names that our jitdump gives to regions that have no name of their own. */
const REGION = /^\[(?:deno|node|bun|generated code|stack|unknown)\]$/;

/** V8's names for code that belongs to no function (v8/src/logging). */
const V8_CODE =
  /^(?:Builtin|BytecodeHandler|Bytecode|Handler|Stub|RegExp|Regexp|Callback|Code|wasm-to-js|js-to-wasm)\b[:-]?/;

/** Makes a frame of an address that a sampler has found. */
export function frameAt(
  { symbol, module, isKernel = false, runtimes = [] }: CodePlace,
): Frame {
  const label = symbol.startsWith("js::") ? parseFunctionSymbol(symbol) : undefined;
  if (label !== undefined) {
    return { ...label, kind: kindOfSource(label.file), module: "" };
  }
  const name = /^(?:0|0x[0-9a-f]+|\[unknown\])?$/.test(symbol) ? "" : symbol;
  const place = module === "[unknown]" ? "" : module.replace(/ \(deleted\)$/, "");
  if (isKernel) return { name, kind: "kernel", module: place };
  if (isRuntimeModule(place, runtimes)) return { name, kind: "runtime", module: place };
  if (REGION.test(name)) return { name: "", kind: "runtime", module: name };
  if (GENERATED.test(place)) {
    // perf looks only memory without a file up there. Code without a name is V8's.
    if (name === "") {
      return { name, kind: "runtime", module: "[generated code]" };
    }
    return {
      name,
      kind: V8_CODE.test(name) ? "runtime" : "native",
      module: place,
    };
  }
  return { name, kind: "native", module: place };
}

/** The place in a function that runs, and the code that runs it. */
export type ExecutionDetails = Pick<Frame, "position" | "tier" | "isOsr" | "isInlined">;

/** Makes a frame of a function whose source is known. */
export function functionFrame(
  label: { name: string; file: string; line?: number },
  details: ExecutionDetails = {},
): Frame {
  return { ...label, kind: kindOfSource(label.file), module: "", ...details };
}

/** Modules of code that the runtime itself made or carries. */
const CODE_MODULES = {
  builtin: "[builtins]",
  handler: "[bytecode handlers]",
  regexp: "[regular expressions]",
  wasm: "[wasm]",
  other: "[generated code]",
  own: "[@x/perf]",
  function: "[generated code]",
} as const;

/**
 * Makes a frame of code that has no source: a builtin, a bytecode's handler, a regular expression.
 */
export function codeFrame(kind: keyof typeof CODE_MODULES, name: string): Frame {
  return { name, kind: kind === "wasm" ? "native" : "runtime", module: CODE_MODULES[kind] };
}

/** Whether a frame is a builtin of the runtime's. */
export function isBuiltin({ module }: Frame): boolean {
  return module === CODE_MODULES.builtin;
}

/** Whether a frame is the interpreter's code for a bytecode. */
export function isHandler({ module }: Frame): boolean {
  return module === CODE_MODULES.handler;
}

/** Whether a frame is the code that V8 compiled of a regular expression. */
export function isRegExpCode({ module }: Frame): boolean {
  return module === CODE_MODULES.regexp;
}

/** The module of frames that stand for an activity of the runtime's own code. */
const ACTIVITY_MODULE = "[runtime]";

/** Makes a frame that stands for an activity of the runtime's own code. */
export function activityFrame(activity: string): Frame {
  return { name: `(${activity})`, kind: "runtime", module: ACTIVITY_MODULE };
}

/** The activity that a frame stands for; `undefined` for other frames. */
export function activityOfFrame(
  { name, module }: Pick<Frame, "name" | "module">,
): string | undefined {
  return module === ACTIVITY_MODULE ? name.slice(1, -1) : undefined;
}

/** Whether a file is a program or library of the runtime, by its name or as one of `runtimes`. */
export function isRuntimeModule(module: string, runtimes: readonly string[] = []): boolean {
  return RUNTIME_MODULE.test(module) || runtimes.includes(module);
}

/** Whether a frame is a function with a source: of the program or of a package. */
export function isApp({ kind }: Frame): boolean {
  return kind === "typescript" || kind === "npm";
}

/**
 * Functions in which threads start. Every whole stack has one; at most the entry point is outside.
 */
const THREAD_START =
  /^(?:_start|_dl_start_user|__libc_start_(?:call_)?main.*|start_thread|thread_start|_*clone3?|ret_from_fork\w*)$/;

/** Whether a thread starts in this frame: nothing is missing outside of it. */
export function isThreadStart({ name }: Frame): boolean {
  return THREAD_START.test(name);
}

/** Returns a frame's name in perf's reports: `js::name:file:line`, or a symbol as it is. */
export function frameSymbol({ name, file, line, module }: Frame): string {
  if (file !== undefined) return functionSymbol({ name, file, line });
  return name || namelessName(module);
}

/** Returns a name for code that has none: its file in brackets. */
export function namelessName(module: string): string {
  if (module.startsWith("[")) return module;
  return `[${module.slice(module.lastIndexOf("/") + 1) || "unknown"}]`;
}

/** Colons behind which a path or a URL begins; the one in `https://` is within a URL. */
const FILE_STARTS =
  /(?<!\b(?:https?|file|wss?)(?=:\/\/)):(?=\/|[a-z][a-z\d+.-]*:\/\/|(?:data|blob|node|ext|npm|jsr):)/g;

/**
 * Where the file begins in `name:file`. Names may have colons and slashes in them, as
 * `GET:/users/1:/src/routes.ts`, so it is the last of all possible places. A `data:` or `blob:` URL can
 * hold anything, so it is the first of those.
 */
function fileStart(text: string): number {
  const starts = [...text.matchAll(FILE_STARTS)].map(({ index }) => index);
  return starts.find((at) => /^(?:data|blob):/.test(text.slice(at + 1))) ?? starts.at(-1) ??
    text.lastIndexOf(":");
}

/**
 * Takes the symbol of an instrumented function apart: `js::name:file:line`.
 *
 * @returns `undefined` where it does not have that form.
 */
export function parseFunctionSymbol(
  symbol: string,
): { name: string; file: string; line?: number } | undefined {
  const [, rest, digits] = /^js::(.*?)(?::(\d+))?$/s.exec(symbol) ?? [];
  if (rest === undefined) return undefined;
  const start = fileStart(rest);
  if (start <= 0) return undefined;
  const label = { name: rest.slice(0, start), file: rest.slice(start + 1) };
  return digits === undefined ? label : { ...label, line: Number(digits) };
}

/** Directories of packages: node_modules, and the runtime's own cache with name and version. */
const PACKAGE_PATH =
  /\/node_modules\/|\/npm\/[^/]+\.[^/]+\/(?:@[^/]+\/)?[^/]+\/\d+\.\d+\.\d+[^/]*\//;

function kindOfSource(file: string): FrameKind {
  if (/^(?:node|ext|internal|bun):/.test(file)) return "runtime";
  return PACKAGE_PATH.test(file) || /^(?:https?|npm|jsr):/.test(file) ? "npm" : "typescript";
}
