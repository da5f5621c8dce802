import { apply, callFunction, construct, isSafeInteger } from "../base/builtins.ts";
import { type Activation, activation } from "../activation/activation.ts";
import { OFF } from "../activation/instrumented_code.ts";
import type { OwnTrampoline } from "../activation/own_trampolines.ts";
import { callerPosition } from "./caller_position.ts";
import { APPLY, MOST_DIRECT } from "../engines/engine.ts";
import { FreshCode } from "../engines/fresh_code.ts";
import type { FunctionLabel } from "../base/symbol_name.ts";

/** Options of {@linkcode withPerf}. */
export interface WithPerfOptions {
  /** The name that `perf` shows. @default {fn.name} */
  name?: string;
  /** Path or URL of the function's module. @default {the module that calls `withPerf`} */
  file?: string;
  /** The function's line, counted from 1. @default {the line that calls `withPerf`} */
  line?: number;
}

/** Any function; `never` so that every parameter list fits. */
export type AnyFunction = (...args: never[]) => unknown;

/** The context that a TC39 decorator gets for a method, a getter or a setter. */
export type MethodContext =
  | ClassMethodDecoratorContext
  | ClassGetterDecoratorContext
  | ClassSetterDecoratorContext;

/**
 * Makes a function visible to `perf`. While trampolines are on, it runs inside its own frame; while
 * they are off, it runs plainly. The result behaves as `fn` does: type, `this`, arguments, result,
 * exceptions, `new`, `name`, `length` and other properties.
 *
 * The frame of an async function holds the part up to the first `await`, the frame of a generator
 * its creation.
 *
 * @param fn The function.
 * @param options The name and position that `perf` shows.
 * @throws {TypeError} If `fn` is not a function.
 *
 * @example As a function
 * ```ts
 * import { withPerf } from "@x/perf";
 * import { equal } from "node:assert/strict";
 *
 * const add = withPerf(function add(a: number, b: number) {
 *   return a + b;
 * });
 * equal(add(1, 2), 3);
 * equal(add.name, "add");
 * ```
 *
 * @example As a method decorator
 * ```ts
 * import { withPerf } from "@x/perf";
 * import { equal } from "node:assert/strict";
 *
 * class Parser {
 *   @withPerf
 *   parse(text: string) {
 *     return text.length;
 *   }
 * }
 * equal(new Parser().parse("abc"), 3);
 * ```
 */
export function withPerf<F extends AnyFunction>(fn: F, options?: WithPerfOptions): F;
/**
 * Makes a method, a getter or a setter visible to `perf`, as a decorator.
 *
 * @param method The method, getter or setter.
 * @param context The decorator's context.
 * @throws {TypeError} If a class or a field is decorated.
 */
export function withPerf<F extends AnyFunction>(method: F, context: MethodContext): F;
export function withPerf<F extends AnyFunction>(
  fn: F,
  second: WithPerfOptions | MethodContext = {},
): F {
  if (typeof second !== "object") {
    throw new TypeError(
      `Cannot decorate "${String(second)}": it has an experimental decorator, must have a ` +
        'standard one (compilerOptions without "experimentalDecorators")',
    );
  }
  if (typeof fn !== "function") {
    throw new TypeError(`Cannot instrument "${String(fn)}": must be a function`);
  }
  if (!("kind" in second)) {
    const { name = fn.name, file, line } = second;
    if (file !== undefined) return wrap(fn, { name, file, line });
    const caller = callerPosition(withPerf);
    return wrap(fn, { name, file: caller?.file ?? UNKNOWN_FILE, line: line ?? caller?.line });
  }
  if (second.kind !== "method" && second.kind !== "getter" && second.kind !== "setter") {
    throw new TypeError(
      `Cannot decorate the ${(second as { kind: string }).kind} "${
        String(second["name"])
      }": must be a method, a getter or a setter`,
    );
  }
  const { file = UNKNOWN_FILE, line } = callerPosition(withPerf, DECORATOR_HELPER) ?? {};
  return wrap(fn, (self, wrapper) => ({ name: methodName(second, self, wrapper), file, line }));
}

const UNKNOWN_FILE = "<unknown>";

/**
 * V8 has no decorators yet: compilers call them from helpers with names such as
 * `_apply_decs_2203_r`.
 */
const DECORATOR_HELPER = /^_*(es|apply|member|run)?_?(member)?_?dec(?!.*<static_initializer>$)/i;

/** A label, or a function that finds it at the first call, when a method's class is known. */
type Label = FunctionLabel | ((self: unknown, wrapper: AnyFunction) => FunctionLabel);

/**
 * Calls after which a function gets a direct trampoline. That takes some 100 µs and a second line
 * in the perf map, so only hot functions get one.
 */
const PROMOTION = 16_384;

/** A function and its wrapper. */
interface Wrapped extends OwnTrampoline {
  fn: AnyFunction;
  wrapper: AnyFunction;
  label: Label;
  /** The function's number; negative until its label is known. */
  id: number;
  /** Number of arguments of its direct trampoline; negative if it cannot have one. */
  readonly args: number;
  /** Calls that a direct trampoline could have taken. */
  calls: number;
  /** Tells the wrapper that it is called inside the trampoline, and has to call `fn` plainly. */
  isInside: boolean;
}

function wrap<F extends AnyFunction>(fn: F, label: Label): F {
  const id = typeof label === "function" ? -1 : activation.define(label, APPLY);
  const { length } = fn;
  const args = isSafeInteger(length) && length <= MOST_DIRECT ? length : -1;
  const wrapped: Wrapped = {
    fn,
    wrapper: fn,
    label,
    id,
    args,
    calls: 0,
    isInside: false,
    direct: undefined,
  };
  const makers = isConstructor(fn) ? FUNCTION_MAKERS : METHOD_MAKERS;
  const makeWrapper = (makers[args] ?? makers[MOST_DIRECT + 1]!).evaluate();
  const wrapper = makeWrapper(wrapped, { activation, callFunction, apply, enter });
  copyProperties(fn, wrapper);
  wrapped.wrapper = wrapper;
  return wrapper as F;
}

/**
 * Makes the wrapper of a function; `uses` holds everything that the wrapper needs of this module.
 */
type MakeWrapper = (wrapped: Wrapped, uses: {
  activation: Activation;
  callFunction: typeof callFunction;
  apply: typeof apply;
  enter: typeof enter;
}) => AnyFunction;

/**
 * The text of a {@linkcode MakeWrapper}. V8 compiles each wrapper for its own function
 * (fresh_code.ts): an inactive one compares once and has `fn` inlined, an active one calls the
 * function's own trampoline.
 *
 * The wrapper has as many parameters as `fn`, so V8 passes the arguments of a usual call on as they
 * are. A call with fewer or more arguments, or with `new`, costs an array of them.
 *
 * The text is short on purpose: V8 inlines only so much bytecode into one caller.
 *
 * @param args The number of arguments of a usual call; negative if that is not known.
 * @param isConstructor Whether the function can be called with `new`. The wrapper of any other
 * function is a method: V8 refuses `new` for it, and it has no `prototype`.
 */
function wrapperText(args: number, isConstructor: boolean): string {
  const parameters = ["a", "b", "c", "d"].slice(0, args < 0 ? 0 : args).join();
  const passed = args > 0 ? `,${parameters}` : "";
  const construct =
    "if (new.target !== undefined) return enter(wrapped, this, new.target, ...arguments);";
  const text = `(${parameters}) {
    ${isConstructor ? construct : ""}
    if (activation.state === ${OFF} || wrapped.isInside && !(wrapped.isInside = false)) {
      return arguments.length === ${args}
        ? callFunction(fn, this${passed})
        : apply(fn, this, arguments);
    }
    const { direct } = wrapped;
    return direct !== undefined && arguments.length === ${args}
      ? direct(this${passed})
      : enter(wrapped, this, undefined, ...arguments);
  }`;
  return `(wrapped, { activation, callFunction, apply, enter }) => {
    const { fn } = wrapped;
    return ${isConstructor ? `function ${text}` : `{ method${text} }.method`};
  }`;
}

/** Makers by the number of arguments; the last one is for functions whose number is not known. */
const [FUNCTION_MAKERS, METHOD_MAKERS] = [true, false].map((isConstructor) =>
  [0, 1, 2, 3, 4, -1].map((args) =>
    new FreshCode<MakeWrapper>(wrapperText(args, isConstructor), import.meta.url)
  )
) as [FreshCode<MakeWrapper>[], FreshCode<MakeWrapper>[]];

function enter(
  wrapped: Wrapped,
  self: unknown,
  target: AnyFunction | undefined,
  ...args: unknown[]
): unknown {
  const { fn, wrapper, label } = wrapped;
  if (wrapped.id < 0 && typeof label === "function") {
    wrapped.id = activation.define(label(self, wrapper), APPLY);
  }
  if (target === undefined) {
    if (
      args.length === wrapped.args && wrapped.calls++ % PROMOTION === PROMOTION - 1
    ) {
      activation.promote(wrapped, activation.label(wrapped.id)!, fn, wrapped.args);
      return activation.call(wrapped.id, callWrapperInside, undefined, [wrapped, self, args]);
    }
    return activation.call(wrapped.id, fn, self, args);
  }
  // Inside `fn`, `new.target` is `fn` itself, as without the wrapper.
  return activation.call(wrapped.id, construct, undefined, [
    fn,
    args,
    target === wrapper ? fn : target,
  ]);
}

/**
 * Calls a function by its wrapper, inside its trampoline, so that V8 has seen the wrapper call `fn`
 * plainly. Otherwise V8 optimises the wrapper without that branch, and throws its code away at
 * every level of a recursion that goes beyond the stack for trampolines (`STACK_BUDGET`).
 * Interpreted frames are larger, so such a recursion would end earlier.
 */
function callWrapperInside(wrapped: Wrapped, self: unknown, args: unknown[]): unknown {
  wrapped.isInside = true;
  try {
    return apply(wrapped.wrapper, self, args as never);
  } finally {
    wrapped.isInside = false;
  }
}

/** Classes and `function` functions have a prototype; a bound function may have such a target. */
function isConstructor(fn: AnyFunction): boolean {
  return Object.hasOwn(fn, "prototype") || fn.name.startsWith("bound ");
}

/** Properties that need no copying one by one; `arguments` and `caller` cannot be copied. */
const USUAL = new Set<string | symbol>(["length", "name", "prototype", "arguments", "caller"]);

function copyProperties(from: AnyFunction, to: AnyFunction): void {
  // Async functions, generators and derived classes have another prototype.
  const prototype = Object.getPrototypeOf(from);
  if (prototype !== Object.getPrototypeOf(to)) Object.setPrototypeOf(to, prototype);
  if (from.length !== to.length) {
    Object.defineProperty(to, "length", { value: from.length, configurable: true });
  }
  Object.defineProperty(to, "name", { value: from.name, configurable: true });
  const keys = Reflect.ownKeys(from);
  if (keys.includes("prototype")) {
    const { value, writable } = Object.getOwnPropertyDescriptor(from, "prototype")!;
    Object.defineProperty(to, "prototype", { value, writable });
  }
  for (const key of keys) {
    if (!USUAL.has(key)) {
      Object.defineProperty(to, key, Reflect.getOwnPropertyDescriptor(from, key)!);
    }
  }
}

const PREFIXES = { method: "", getter: "get ", setter: "set " } as const;

/** `Class.method`, with the class that has the method as its own member. */
function methodName(context: MethodContext, self: unknown, wrapper: AnyFunction): string {
  const { kind, name } = context;
  const member = typeof name === "symbol" ? `[${name.description ?? ""}]` : name;
  for (
    let holder = self;
    holder !== null && holder !== undefined;
    holder = Object.getPrototypeOf(holder)
  ) {
    const { value, get, set } = Reflect.getOwnPropertyDescriptor(Object(holder), name) ?? {};
    if (![value, get, set].includes(wrapper)) continue;
    const owner = typeof holder === "function" ? holder : (holder as object).constructor;
    return `${owner.name}.${PREFIXES[kind]}${member}`;
  }
  // A private method cannot be looked up. Its class is the receiver's, or an ancestor of it.
  const owner = context.private ? (context.static ? self : Object(self).constructor) : undefined;
  return `${owner ? `${owner.name}.` : ""}${PREFIXES[kind]}${member}`;
}
