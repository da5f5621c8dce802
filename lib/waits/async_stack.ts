/*
 * The chain of async callers, as V8 knows it: the functions on the stack, and behind the first of
 * them those that await each other's promises.
 */
import type { WaitFrame } from "../recording/waits/wait.ts";
import { isOwnModule } from "../source/own_module.ts";
import { sourceName } from "../base/symbol_name.ts";

/** The part of V8's CallSite that is needed here. */
interface CallSite {
  getFunctionName(): string | null;
  getTypeName(): string | null;
  getFileName(): string | null;
  getScriptNameOrSourceURL(): string | null;
  getLineNumber(): number | null;
  getColumnNumber(): number | null;
  isAsync(): boolean;
}

/** A captured stack. */
export interface AsyncStack {
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
const MOST_FRAMES = 32;

/** Modules of the runtimes that call hooks, whose frames are above those of the program. */
const HOOK_MODULE = /^(?:ext:deno_node\/v8|node:internal\/promise_hooks)/;

/** Modules of the runtimes whose functions call microtasks, from timers too. */
const QUEUE_MODULE = /^(?:ext:core\/01_core|node:internal\/process\/task_queues)/;

/**
 * Captures the stack of a hook's caller. The program's own settings of stacks are in place again
 * when it returns, and none of its functions is called.
 *
 * @param below The hook: frames above it, and its own, are left out.
 * @param most The frames that are kept.
 * @returns `undefined` where the program has made `Error` immutable.
 */
export function captureAsyncStack(
  below: (...args: never[]) => unknown,
  most = MOST_FRAMES,
): AsyncStack | undefined {
  const all = callSites(below, most);
  if (all === undefined) return undefined;
  const sites: CallSite[] = [];
  let [isOnlySteps, isQueue] = [true, false];
  let isProgram: boolean | undefined;
  for (const site of all) {
    // Deno looks positions up in source maps, and the file's name too: 3 µs each.
    const url = site.getScriptNameOrSourceURL();
    if (url && HOOK_MODULE.test(url)) continue;
    // A builtin has no file.
    const isOfProgram = !!url && isProgramFile(url);
    isProgram ??= isOfProgram;
    isQueue ||= !!url && QUEUE_MODULE.test(url);
    // Async callers do not run, and neither they nor what called microtasks settle the promise. V8's
    // steps are functions without a name and a receiver, as a callback never is.
    isOnlySteps &&= isQueue || site.isAsync() ||
      (!url && !site.getFunctionName() && !site.getTypeName());
    if (isOfProgram) sites.push(site);
  }
  return { sites, isProgram: isProgram ?? false, isOnlySteps };
}

/** The key of a stack: equal stacks have equal keys. */
export function stackKey({ sites }: AsyncStack): string {
  let key = "";
  for (const site of sites) {
    key += `${site.getScriptNameOrSourceURL()}:${site.getLineNumber()}:${site.getFunctionName()};`;
  }
  return key;
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

/**
 * `Error` with the properties that V8 reads. They are set and set back: to define and to delete them
 * for each stack takes V8 a hundred times as long.
 */
const settings = Error as { stackTraceLimit?: unknown; prepareStackTrace?: unknown };

function callSites(
  below: (...args: never[]) => unknown,
  most: number,
): readonly CallSite[] | undefined {
  if (!isSettable("stackTraceLimit") || !isSettable("prepareStackTrace")) return undefined;
  const holder: { stack?: unknown } = {};
  const { stackTraceLimit, prepareStackTrace } = settings;
  try {
    settings.stackTraceLimit = most;
    settings.prepareStackTrace = keepSites;
    Error.captureStackTrace(holder, below);
    return holder.stack as CallSite[];
  } finally {
    settings.stackTraceLimit = stackTraceLimit;
    settings.prepareStackTrace = prepareStackTrace;
  }
}

/** Whether a property of `Error` can be set, and setting it calls no function of the program. */
function isSettable(name: "stackTraceLimit" | "prepareStackTrace"): boolean {
  const descriptor = Object.getOwnPropertyDescriptor(Error, name);
  if (descriptor !== undefined) return descriptor.writable === true;
  // From now on it is there, as undefined, and no loop over the properties sees it.
  return Reflect.defineProperty(Error, name, {
    value: undefined,
    writable: true,
    enumerable: false,
    configurable: true,
  });
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
      site.isAsync() && site.getFunctionName() === waiting.getFunctionName() &&
      site.getScriptNameOrSourceURL() === waiting.getScriptNameOrSourceURL() &&
      site.getLineNumber() === waiting.getLineNumber()
    );
}
