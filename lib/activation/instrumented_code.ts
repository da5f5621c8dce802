/*
 * The contract between instrumented code and its runtime: what the generated text calls, the texts
 * themselves, and how frames of ours are known in a stack. The instrumenter writes text with these
 * functions only, and `Activation` implements the interface, so that a name cannot change in one place.
 */
import { startsWith } from "../base/builtins.ts";
import type { Entries } from "../engines/engine.ts";

/** Counts up when instrumented code calls something else, or calls it otherwise. */
const CONTRACT_VERSION = 2;

/**
 * The global by which instrumented code, and a second copy of this package (from a registry, from a
 * checkout), reach the one activation of the isolate. It is a global since functions can run before
 * the modules that they import. Its digit is the version of this contract.
 */
export const RUNTIME_EXPRESSION = `$xperf${CONTRACT_VERSION}` as const;

/** `state` while trampolines are off. */
export const OFF = 0;
/** `state` while trampolines are on, and no function is about to run its body. */
export const ON = -1;
/** `state` until the environment has been read. The preload reads it before any instrumented code runs. */
export const UNDECIDED = -2;

/** What instrumented code calls. The numbers are those of functions, from 1 on. */
export interface InstrumentedCodeRuntime extends Entries {
  /**
   * {@linkcode OFF}, {@linkcode ON}, {@linkcode UNDECIDED}, or the number of the function that has just been called again
   * inside its trampoline: it finds its own number here and runs its body.
   */
  state: number;
  /**
   * Runs a body inside a function's trampoline while active, and plainly otherwise. The function was
   * defined with `APPLY`.
   *
   * @param self The body's receiver.
   * @param args The body's arguments.
   */
  readonly run: <Result>(
    id: number,
    body: (...args: never[]) => Result,
    self?: unknown,
    ...args: unknown[]
  ) => Result;
  /** Gives a function its trampoline while active, for code whose frame begins later or never. */
  touch(id: number): void;
  /** Calls a function that has a rest parameter: `args` are those in front of it. */
  rest(id: number, fn: unknown, self: unknown, args: unknown[], rest: readonly unknown[]): unknown;
  /** The getter or setter that a class has under a key. */
  accessor(holder: object, key: string, kind: "get" | "set"): unknown;
  /** Called by the body of a Worker's entry as it begins. */
  entered: () => void;
}

/** Reads a member of the runtime. */
function member(runtime: string, name: keyof InstrumentedCodeRuntime): string {
  return `${runtime}.${name}`;
}

/** How a function calls itself again, inside its trampoline. */
export interface CallAgain {
  /** The function's number. */
  id: number;
  /** The expression for the runtime. */
  runtime: string;
  /** The runtime's function that takes the arguments. */
  entry: keyof InstrumentedCodeRuntime;
  /** The expression by which the function reaches itself. */
  self: string;
  /** The expression for its receiver. */
  receiver: string;
  /** The texts of the arguments: `,a,b`, or one array. */
  passed: string;
}

function callAgain(
  { id, entry, receiver, passed }: CallAgain,
  runtime: string,
  fn: string,
): string {
  return `${member(runtime, entry)}(${id},${fn},${receiver}${passed})`;
}

/**
 * The guard at the start of a function's body. While trampolines are on, the function calls itself
 * again inside its trampoline. The second call finds its own number in `state`, takes it out and runs
 * the body.
 */
export function guardStatement(call: CallAgain): string {
  const { id, runtime } = call;
  const [own, read] = [`${runtime}$`, `${runtime}_`];
  const state = member(own, "state");
  return `{const ${own}=${runtime},${read}=${state};if(${read})if(${read}!==${id})` +
    `{${state}=${id};return ${callAgain(call, own, call.self)}}else ${state}=${ON}}`;
}

/** The guard in front of an arrow function's expression; leaves a parenthesis open. */
export function guardExpression(call: CallAgain): string {
  const { id, runtime, self } = call;
  const state = member(runtime, "state");
  return `${state}&&${state}!==${id}?${callAgain(call, runtime, `(${state}=${id},${self})`)}` +
    `:(${state}&&=${ON},`;
}

/**
 * A piece of a function's body that runs as a function of its own. It gets the variables of the body
 * as arguments and gives them back as results. A closure over them would put them into the scope's
 * context, and V8 keeps a context alive as long as any closure of the scope, the program's included.
 */
export interface PieceOptions {
  /** The number of the function that the piece is of. */
  id: number;
  /** The expression for the runtime. */
  runtime: string;
  /** The piece is statements, and not an expression. */
  isBlock: boolean;
  /** The piece mentions `this`, which is its receiver; else it is an arrow function. */
  hasReceiver: boolean;
  /** The variables that it gets. */
  parameters: readonly string[];
  /** The expressions for them. */
  values: readonly string[];
  /** The variables that it assigns to; only of statements that complete normally or throw. */
  results: readonly string[];
}

/**
 * The texts around a piece:
 *
 *     (0,$.run)(7,()=>(            f()            ))
 *     (0,$.run)(7,function(a){     this.f(a);     },this,a)
 *     a=(0,$.run)(7,(a,b)=>{       a+=b;          ;return a},void 0,a,b)
 *
 * Called as a member, `run` would make V8 name the functions in the piece after it.
 */
export function pieceTexts(options: PieceOptions): { start: string; end: string } {
  const { id, runtime, isBlock, hasReceiver, parameters, values, results } = options;
  const run = `(0,${member(runtime, "run")})(${id},`;
  const head = hasReceiver ? `function(${parameters}){` : `(${parameters})=>`;
  const args = parameters.length > 0
    ? `,${hasReceiver ? "this" : "void 0"},${values})`
    : hasReceiver
    ? ",this)"
    : ")";
  if (!isBlock) {
    return hasReceiver
      ? { start: `${run}${head}return(`, end: `)}${args}` }
      : { start: `${run}${head}(`, end: `)${args}` };
  }
  const start = `${run}${head}${hasReceiver ? "" : "{"}`;
  switch (results.length) {
    case 0:
      return { start, end: `}${args}` };
    case 1:
      return { start: `${results[0]}=${start}`, end: `;return ${results[0]}}${args}` };
    default:
      return { start: `({${results}}=${start}`, end: `;return{${results}}}${args})` };
  }
}

/** Makes a function known whose frame begins later or never. */
export function touchText(runtime: string, id: number): string {
  return `${member(runtime, "touch")}(${id})`;
}

/** Reaches a getter or setter of a class. */
export function accessorText(
  runtime: string,
  { holder, key, kind }: { holder: string; key: string; kind: "get" | "set" },
): string {
  return `${member(runtime, "accessor")}(${holder},${key},"${kind}")`;
}

/** Begins the body of a Worker's entry. */
export function enteredText(runtime: string): string {
  return `${member(runtime, "entered")}();`;
}

/** What a frame is for an author who does not know of us. */
export type FrameOwner =
  /** A frame of the program. */
  | "program"
  /** A trampoline, or what calls it when a function has called itself again. */
  | "reentry"
  /** Calls a piece of a function that became an arrow function. */
  | "piece"
  /** Calls a function that the program wrapped by hand. */
  | "wrapper"
  /** Calls a function of the runtime, whose name it has. */
  | "stand-in";

const LIBRARY = new URL("../", import.meta.url).href;

/** The one module below our root that is a program. */
const DEMO = new URL("../demo.", import.meta.url).href;

/** The modules whose functions call what the program wrapped by hand. */
const WRAPPERS = new URL("../api/", import.meta.url).href;

/** The module with a function that the runtime calls in the place of its own. */
const STAND_IN = new URL("../instrument/require_hook.", import.meta.url).href;

/** This class's module: its function `run` calls pieces. */
const ACTIVATION = new URL("./activation.", import.meta.url).href;

/**
 * Whose a frame is, by the place of its module: every module below our root is ours.
 *
 * @param url The module's address.
 * @param functionName What V8 calls the function.
 */
export function frameOwner(url: string, functionName: string | null): FrameOwner {
  if (!startsWith(url, LIBRARY)) return "program";
  if (startsWith(url, DEMO)) return "program";
  if (startsWith(url, WRAPPERS)) return "wrapper";
  if (startsWith(url, STAND_IN)) return "stand-in";
  return startsWith(url, ACTIVATION) && functionName === "run" ? "piece" : "reentry";
}
