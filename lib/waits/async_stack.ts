/*
 * The chain of async callers, as V8 knows it: the functions on the stack, and behind the first of
 * them those that await each other's promises.
 */
import type { WaitFrame } from "../recording/waits/wait_log.ts";
import { isOwnModule } from "../source/own_module.ts";
import { sourceName } from "../base/symbol_name.ts";

/** The part of V8's CallSite that is needed here. */
interface CallSite {
  getFunctionName(): string | null;
  getTypeName(): string | null;
  getFileName(): string | null;
  getLineNumber(): number | null;
  getColumnNumber(): number | null;
  isAsync(): boolean;
}

/** A captured stack. */
export interface AsyncStack {
  /** Equal stacks have equal keys. */
  key: string;
  /** The functions of the program, innermost first. */
  sites: readonly CallSite[];
  /** Whether the innermost frame is a function of the program. */
  isProgram: boolean;
  /**
   * Whether only V8's own steps are on the stack: those of `Promise.all` and its like, of async
   * generators, or of a promise that follows another one.
   */
  isOnlySteps: boolean;
}

/** The frames of a stack that are kept. */
const MOST_FRAMES = 64;

/** Modules of the runtimes that call hooks, whose frames are above those of the program. */
const HOOK_MODULE = /^(?:ext:deno_node\/v8|node:internal\/promise_hooks)/;

/** Modules of the runtimes whose functions call microtasks. */
const QUEUE_MODULE = /^(?:ext:core\/01_core|node:internal\/(?:process\/task_queues|timers$))/;

/**
 * Captures the stack of a hook's caller. The program's own settings of stacks are in place again
 * when it returns, and none of its functions is called.
 *
 * @param below The hook: frames above it, and its own, are left out.
 * @returns `undefined` where the program has made `Error` immutable.
 */
export function captureAsyncStack(below: (...args: never[]) => unknown): AsyncStack | undefined {
  const sites = callSites(below);
  if (sites === undefined) return undefined;
  const kept: CallSite[] = [];
  let [key, isOnlySteps] = ["", true];
  let isProgram: boolean | undefined;
  for (const site of sites) {
    const file = site.getFileName();
    if (file != null && HOOK_MODULE.test(file)) continue;
    // A builtin has no file.
    const isOfProgram = file != null && isProgramFile(file);
    isProgram ??= isOfProgram;
    // V8's steps are functions without a name and a receiver, as a callback never is.
    isOnlySteps &&= file == null
      ? !site.getFunctionName() && !site.getTypeName()
      : QUEUE_MODULE.test(file);
    if (!isOfProgram) continue;
    kept.push(site);
    key += `${file}:${site.getLineNumber()}:${site.getColumnNumber()}:${site.isAsync()};`;
  }
  return { key, sites: kept, isProgram: isProgram ?? false, isOnlySteps };
}

/** Whether modules are the program's or a package's, by file; asking takes longer than a look-up. */
const programFiles = new Map<string, boolean>();

function isProgramFile(file: string): boolean {
  let isOne = programFiles.get(file);
  if (isOne === undefined) {
    const url = file.startsWith("/") ? `file://${file}` : file;
    isOne = !/^(?:node|ext|internal|bun|deno):/.test(file) && !isOwnModule(url);
    programFiles.set(file, isOne);
  }
  return isOne;
}

const keepSites = (_error: unknown, sites: CallSite[]) => sites;

function callSites(below: (...args: never[]) => unknown): readonly CallSite[] | undefined {
  const holder: { stack?: unknown } = {};
  const limit = Object.getOwnPropertyDescriptor(Error, "stackTraceLimit");
  const prepare = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace");
  if (!isReplaceable(limit) || !isReplaceable(prepare)) return undefined;
  try {
    define("stackTraceLimit", MOST_FRAMES);
    define("prepareStackTrace", keepSites);
    Error.captureStackTrace(holder, below);
    return holder.stack as CallSite[];
  } finally {
    restore("stackTraceLimit", limit);
    restore("prepareStackTrace", prepare);
  }
}

function isReplaceable(descriptor: PropertyDescriptor | undefined): boolean {
  return descriptor === undefined ? Object.isExtensible(Error) : descriptor.configurable === true;
}

function define(name: string, value: unknown): void {
  Object.defineProperty(Error, name, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

function restore(name: string, descriptor: PropertyDescriptor | undefined): void {
  if (descriptor === undefined) Reflect.deleteProperty(Error, name);
  else Object.defineProperty(Error, name, descriptor);
}

/** The frames of a stack as files have them, outermost first. */
export function waitFrames({ sites }: AsyncStack): WaitFrame[] {
  return sites.map((site): WaitFrame => [
    functionName(site),
    sourceName(site.getFileName()!),
    site.getLineNumber() ?? 0,
    site.getColumnNumber() ?? 0,
  ]).reverse();
}

/** A function's name, with its class where it is a method, as V8's stacks have it. */
function functionName(site: CallSite): string {
  const name = site.getFunctionName();
  if (!name) return "<anonymous>";
  const type = site.getTypeName();
  return type === null || /^(?:Object|Module|Function|global|Window)$/.test(type) ||
      name.includes(".") || !/^[A-Z]/.test(type)
    ? name
    : `${type}.${name}`;
}

/** Whether one stack's innermost function waits, as an async caller, in another stack. */
export function isAwaitedBy({ sites }: AsyncStack, caller: AsyncStack): boolean {
  const [waiting] = caller.sites;
  return waiting !== undefined &&
    sites.some((site) =>
      site.isAsync() && site.getLineNumber() === waiting.getLineNumber() &&
      site.getFileName() === waiting.getFileName() &&
      site.getFunctionName() === waiting.getFunctionName()
    );
}
