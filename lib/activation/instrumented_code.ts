/*
 * The contract between instrumented code and its runtime: the functions that generated text calls,
 * the texts themselves, and the rule by which frames of this package are recognised in a stack. The
 * instrumenter writes text by these functions only, and `Activation` implements the interface, so
 * a name cannot change in one place alone.
 */
import { startsWith } from "../base/builtins.ts";
import type { Entries } from "../engines/engine.ts";

/** Counts up when instrumented code calls something else, or calls it otherwise. */
const CONTRACT_VERSION = 3;

/**
 * The global by which instrumented code, and a second copy of this package (from a registry, from a
 * checkout), reach the one activation of the isolate. It is a global because functions can run
 * before the modules that they import. Its digit is the version of this contract.
 */
export const RUNTIME_EXPRESSION = `$xperf${CONTRACT_VERSION}` as const;

/** The name of the functions that pieces become, by which their frames are found in stacks. */
export const PIECE_NAME = `${RUNTIME_EXPRESSION}p` as const;

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
   * Returns the function that calls a piece of a function's body, to be called at once. While active it
   * calls the piece inside the function's trampoline; the function was defined with `APPLY`. Otherwise it
   * is `Function.prototype.call`, which leaves no frame on the stack.
   */
  readonly pieceOf: (id: number) => RunPiece;
  /**
   * Calls a piece that is an arrow function, with its arguments. V8 has no name for such a piece, so it
   * is called by a function of ours while inactive too, whose frame marks the piece's.
   */
  readonly runArrow: <Args extends unknown[], Result>(
    id: number,
    body: (...args: Args) => Result,
    ...args: Args
  ) => Result;
  /**
   * Makes and names a function's trampoline while active. A body in pieces begins with this, so that
   * every function that is called has a name: its first piece, which runs inside the trampoline, may
   * come later or never.
   */
  touch(id: number): void;
  /** Calls a function that has a rest parameter: `args` are those in front of it. */
  readonly rest: (
    id: number,
    fn: unknown,
    self: unknown,
    args: unknown[],
    rest: readonly unknown[],
  ) => unknown;
  /** Returns the getter or setter of a key. */
  accessor(holder: object, key: string, kind: "get" | "set"): unknown;
  /** Where code reads or sets `stackTraceLimit` of a value: the value, or what stands for `Error`. */
  limitHolder: <Value>(value: Value) => Value;
  /** Called by the body of a Worker's entry as it begins. */
  entered: () => void;
}

/** Calls a piece with its receiver and arguments. */
export type RunPiece = <Args extends unknown[], Result>(
  body: (...args: Args) => Result,
  self?: unknown,
  ...args: Args
) => Result;

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

/** Called as a member, an entry would take a register more, for the receiver. */
function callAgain(
  { id, entry, receiver, passed }: CallAgain,
  runtime: string,
  fn: string,
): string {
  return `(0,${member(runtime, entry)})(${id},${fn},${receiver}${passed})`;
}

/**
 * The guard at the start of a function's body. While trampolines are on, the function calls itself
 * again inside its trampoline. The second call finds its own number in `state`, takes it out and
 * runs the body. If the number stayed, a recursive call would run without a trampoline.
 */
export function guardStatement(call: CallAgain): string {
  const { id, runtime, self } = call;
  const state = member(runtime, "state");
  // V8's interpreter gives each argument of the call a register, and each variable. A frame has the
  // registers of its largest statement, so each makes recursion shallower, while inactive too.
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
  /** The piece mentions `this`, which is its receiver. */
  hasReceiver: boolean;
  /** The piece is an arrow function: it has `this`, `super` and the like from outside. */
  isArrow: boolean;
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
 *     (0,$.pieceOf)(7)(function $p(){return(    f()       )})
 *     (0,$.pieceOf)(7)(function $p(a){          this.f(a);},this,a)
 *     (0,$.runArrow)(7,(a)=>(              super.f(a)),a)
 *     a=(0,$.pieceOf)(7)(function $p(a,b){      a+=b;     ;return a},void 0,a,b)
 *
 * Called as a member, `pieceOf` would make V8 name the functions in the piece after it. An arrow function
 * cannot be given a name without V8 naming the functions in it after that. V8 takes the parenthesis of a
 * call for its position, so it stands in front of the piece.
 */
export function pieceTexts(options: PieceOptions): { start: string; end: string } {
  const { id, runtime, isBlock, hasReceiver, isArrow, parameters, values, results } = options;
  const head = isArrow ? `(${parameters})=>` : `function ${runtime}p(${parameters})`;
  const start = isArrow
    ? `(0,${member(runtime, "runArrow")})(${id},${head}`
    : `(0,${member(runtime, "pieceOf")})(${id})(${head}`;
  const self = isArrow ? [] : hasReceiver ? ["this"] : values.length > 0 ? ["void 0"] : [];
  const end = `${["", ...self, ...values]})`;
  if (!isBlock) {
    return isArrow
      ? { start: `${start}(`, end: `)${end}` }
      : { start: `${start}{return(`, end: `)}${end}` };
  }
  switch (results.length) {
    case 0:
      return { start: `${start}{`, end: `}${end}` };
    case 1:
      return { start: `${results[0]}=${start}{`, end: `;return ${results[0]}}${end}` };
    default:
      return { start: `({${results}}=${start}{`, end: `;return{${results}}}${end})` };
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
  /** A piece of a function of the program: the function's own frame is the next outer one. */
  | "piece"
  /** A trampoline, or a function of this package that calls it for the guard. */
  | "reentry"
  /** A function of this package that a function of the program calls for one of its pieces. */
  | "entry"
  /** Calls a function that the program wrapped by hand, or a test of Deno. */
  | "wrapper"
  /** Calls a function of the runtime, whose name it has. */
  | "stand-in";

const LIBRARY = new URL("../", import.meta.url).href;

/** The one module below `lib/` that is a program. */
const DEMO = new URL("../demo.", import.meta.url).href;

/** The modules whose functions call functions that the program wrapped by hand, or tests of Deno. */
const WRAPPERS = new URL("../api/", import.meta.url).href;
const TEST_WRAPPER = new URL("../instrument/stacks/deno_tests.", import.meta.url).href;

/** The name of the script whose functions stand in for those that register tests of Deno. */
export const TEST_STAND_INS = "xperf:deno_tests";

/** The module with a function that the runtime calls in the place of its own. */
const STAND_IN = new URL("../instrument/require_hook.", import.meta.url).href;

/** The module of `Activation`. */
const ACTIVATION = new URL("./activation.", import.meta.url).href;

/** Its functions that are called for pieces. */
const ENTRIES_OF_PIECES: ReadonlySet<string | null> = new Set([
  "#runPiece",
  "runArrow",
  "pieceOf",
  "touch",
]);

/**
 * The owner of a frame, by the place of its module: every module below `lib/` belongs to this
 * package, but for the demo. Pieces have a name of their own. In the activation's module, some are
 * called for them. Functions of `api/` call functions that the program wrapped, and one of
 * `require_hook.ts` stands in for the runtime's. All others of ours stand between a function and its
 * trampoline. With a wrong owner, `programSites()` of
 * lib/instrument/stacks/call_sites.ts would merge the wrong two frames.
 *
 * @param url The module's address.
 * @param functionName V8's name of the function.
 */
export function frameOwner(url: string, functionName: string | null): FrameOwner {
  if (functionName === PIECE_NAME) return "piece";
  if (url === TEST_STAND_INS) return "wrapper";
  if (!startsWith(url, LIBRARY) || startsWith(url, DEMO)) return "program";
  if (startsWith(url, WRAPPERS) || startsWith(url, TEST_WRAPPER)) return "wrapper";
  if (startsWith(url, STAND_IN)) return "stand-in";
  return startsWith(url, ACTIVATION) && ENTRIES_OF_PIECES.has(functionName) ? "entry" : "reentry";
}
