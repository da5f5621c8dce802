/*
 * The contract between instrumented code and its runtime: the functions that generated text calls,
 * the texts themselves, and the rule by which frames of this package are recognised in a stack. The
 * instrumenter writes text by these functions only, and `Activation` implements the interface, so
 * a name cannot change in one place alone.
 */
import { startsWith } from "../base/builtins.ts";
import type { Entries } from "../engines/engine.ts";

/** Counts up when instrumented code calls something else, or calls it otherwise. */
const CONTRACT_VERSION = 2;

/**
 * The global by which instrumented code, and a second copy of this package (from a registry, from a
 * checkout), reach the one activation of the isolate. It is a global because functions can run
 * before the modules that they import. Its digit is the version of this contract.
 */
export const RUNTIME_EXPRESSION = `$xperf${CONTRACT_VERSION}` as const;

/** `state` while trampolines are off. */
export const OFF = 0;
/** `state` while trampolines are on, and no function is about to run its body. */
export const ON = -1;
/**
 * `state` until the environment is read. The preload reads it before any instrumented code runs;
 * without the preload, the first call of a wrapped function does.
 */
export const UNDECIDED = -2;

/** The interface that instrumented code calls. An `id` is a function's number, from 1 on. */
export interface InstrumentedCodeRuntime extends Entries {
  /**
   * {@linkcode OFF}, {@linkcode ON}, {@linkcode UNDECIDED}, or the number of the function that has
   * just been called again inside its trampoline. That function finds its own number here and runs
   * its body. All this is one number, so that a guard reads one field.
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
  /**
   * Makes and names a function's trampoline while active. A body in pieces begins with this, so that
   * every function that is called has a name: its first piece, which runs inside the trampoline, may
   * come later or never.
   */
  touch(id: number): void;
  /** Calls a function that has a rest parameter: `args` are those in front of it. */
  rest(id: number, fn: unknown, self: unknown, args: unknown[], rest: readonly unknown[]): unknown;
  /** Returns the getter or setter of a key. */
  accessor(holder: object, key: string, kind: "get" | "set"): unknown;
  /** Where code reads or sets `stackTraceLimit` of a value: the value, or what stands for `Error`. */
  limitHolder: <Value>(value: Value) => Value;
  /** Called by the body of a Worker's entry as it begins. */
  entered: () => void;
}

/** Reads a member of the runtime. */
function member(runtime: string, name: keyof InstrumentedCodeRuntime): string {
  return `${runtime}.${name}`;
}

/** The parts of the text by which a function calls itself again, inside its trampoline. */
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
  /** The text of the arguments: `,a,b`, or one array. */
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
 * again inside its trampoline. The second call finds its own number in `state`, takes it out and
 * runs the body. If the number stayed, a recursive call would run without a trampoline.
 */
export function guardStatement(call: CallAgain): string {
  const { id, runtime, self } = call;
  const state = member(runtime, "state");
  // Variables of its own would make the frame larger, and recursion shallower, while inactive too.
  return `{if(${state})if(${state}!==${id}){${state}=${id};` +
    `return ${callAgain(call, runtime, self)}}else ${state}=${ON}}`;
}

/**
 * Like {@linkcode guardStatement}, for an arrow function's expression; leaves a parenthesis open.
 */
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

/** The call that makes and names the trampoline of a function whose body is in pieces. */
export function touchText(runtime: string, id: number): string {
  return `${member(runtime, "touch")}(${id})`;
}

/** The expression for a getter or setter of a class. */
export function accessorText(
  runtime: string,
  { holder, key, kind }: { holder: string; key: string; kind: "get" | "set" },
): string {
  return `${member(runtime, "accessor")}(${holder},${key},"${kind}")`;
}

/** In front of a value that is asked for `stackTraceLimit`; leaves a parenthesis open. */
export function limitHolderText(runtime: string): string {
  return `${member(runtime, "limitHolder")}(`;
}

/** The statement at the start of the body of a Worker's entry. */
export function enteredText(runtime: string): string {
  return `${member(runtime, "entered")}();`;
}

/** The owner of a frame, from the view of an author who does not know this package. */
export type FrameOwner =
  /** A frame of the program. */
  | "program"
  /** A trampoline, or a function of this package that calls it for the guard. */
  | "reentry"
  /** `run`, which calls a piece of a function that became an arrow function. */
  | "piece"
  /** Calls a function that the program wrapped by hand. */
  | "wrapper"
  /** Calls a function of the runtime, whose name it has. */
  | "stand-in";

const LIBRARY = new URL("../", import.meta.url).href;

/** The one module below `lib/` that is a program. */
const DEMO = new URL("../demo.", import.meta.url).href;

/** The modules whose functions call functions that the program wrapped by hand. */
const WRAPPERS = new URL("../api/", import.meta.url).href;

/** The module with a function that the runtime calls in the place of its own. */
const STAND_IN = new URL("../instrument/require_hook.", import.meta.url).href;

/** The module of `Activation`, whose function `run` calls pieces. */
const ACTIVATION = new URL("./activation.", import.meta.url).href;

/**
 * The owner of a frame, by the place of its module: every module below `lib/` belongs to this
 * package, but for the demo. In the activation's module, `run` calls pieces. Functions of `api/` call
 * functions that the program wrapped, and one of `require_hook.ts` stands in for the runtime's. All
 * others of ours stand between a function and its trampoline. With a wrong owner, `programSites()` of
 * lib/instrument/stacks/call_sites.ts would merge the wrong two frames.
 *
 * @param url The module's address.
 * @param functionName V8's name of the function.
 */
export function frameOwner(url: string, functionName: string | null): FrameOwner {
  if (!startsWith(url, LIBRARY)) return "program";
  if (startsWith(url, DEMO)) return "program";
  if (startsWith(url, WRAPPERS)) return "wrapper";
  if (startsWith(url, STAND_IN)) return "stand-in";
  return startsWith(url, ACTIVATION) && functionName === "run" ? "piece" : "reentry";
}
