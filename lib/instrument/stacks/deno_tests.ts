/*
 * Deno prints the frames that V8 gave an error when a test or a benchmark throws it, ours among them, and
 * not `error.stack` (libs/core/ops_builtin_v8.rs, op_destructure_error). So each function that Deno is to
 * run as a test gets another around it, which settles the error first.
 *
 * Deno asks V8 for the place of a test while it registers it: the innermost frame of a script whose name
 * begins with `file:` (op_current_user_call_site in that file). The functions that stand in for Deno's
 * own must not be that, so they are of a script of their own.
 */
import { createRequire } from "node:module";

import { TEST_STAND_INS } from "../../activation/instrumented_code.ts";
import {
  apply,
  deleteProperty,
  getOwnPropertyDescriptors,
  getPrototypeOf,
  setProperty,
} from "../../base/builtins.ts";
import { disguiseAs } from "../disguise.ts";

// deno-lint-ignore no-explicit-any -- any function can be a test
type AnyFunction = (...args: any[]) => unknown;

/** The changes that a stand-in makes to its calls. */
interface Changes {
  args?: (args: unknown[]) => unknown[];
  result?: (result: unknown) => unknown;
}

/** The command by which Deno runs what is registered with `Deno.test` or `Deno.bench`. */
export type TestRunner = "test" | "bench";

/** Returns the command that this is, if it is one of them. */
export function testRunner(): TestRunner | undefined {
  // Elsewhere these functions do nothing, and have other names.
  if (Deno.test.name !== "test") return undefined;
  try {
    // `deno test` refuses this before it registers anything; `deno bench` takes no notice of tests.
    Deno.test("", () => {});
    return "bench";
  } catch {
    return "test";
  }
}

/**
 * Has every error settled that a test, a step of one, a hook or a benchmark of Deno throws.
 *
 * @param settle Takes our frames away from an error.
 */
export function settleFailures(settle: (error: unknown) => void): void {
  const standIn = standInMaker();
  const failures = new Failures(settle, standIn);
  const { args } = failures;
  const test = Deno.test as unknown as Record<string, AnyFunction>;
  for (const hook of ["beforeAll", "beforeEach", "afterEach", "afterAll"]) {
    replace(test, hook, { args });
  }
  const each: Changes = { result: (register) => standIn(register as AnyFunction, { args }) };
  for (const name of ["ignore", "only"]) {
    replace(test[name] as unknown as typeof test, "each", each);
    replace(test, name, { args });
  }
  replace(test, "each", each);
  replace(Deno as never, "test", { args });
  replace(Deno as never, "bench", { args });

  function replace(holder: Record<string, AnyFunction>, name: string, changes: Changes): void {
    // Another version of Deno may lack one.
    if (typeof holder[name] === "function") holder[name] = standIn(holder[name], changes);
  }
}

/** Returns the function that makes stand-ins: functions that change the calls of others. */
function standInMaker(): (original: AnyFunction, changes: Changes) => AnyFunction {
  const vm: typeof import("node:vm") = createRequire("file:///")("node:vm");
  const handler: (apply: unknown, changes: Required<Changes>) => ProxyHandler<AnyFunction> = vm
    .runInThisContext(
      "(apply,{args:change,result})=>({apply(target,self,args){" +
        "return result(apply(target,self,change(args)))}})",
      { filename: TEST_STAND_INS },
    );
  return (original, { args = same, result = same }) =>
    disguiseAs(new Proxy(original, handler(apply, { args, result })), original);
}

function same<Value>(value: Value): Value {
  return value;
}

const { Promise, WeakMap } = globalThis;
const { then } = Promise.prototype;
const { get, set } = WeakMap.prototype;

/** The functions around those that Deno runs. */
class Failures {
  readonly #settle: (error: unknown) => void;
  readonly #standIn: ReturnType<typeof standInMaker>;
  readonly #contexts = new WeakMap<object, true>();

  constructor(settle: (error: unknown) => void, standIn: ReturnType<typeof standInMaker>) {
    this.#settle = settle;
    this.#standIn = standIn;
  }

  /** Replaces the functions among the arguments of a call that registers a test, and in options. */
  readonly args = (args: unknown[]): unknown[] => {
    for (let i = 0; i < args.length; i++) {
      const value = args[i];
      if (typeof value === "function") args[i] = this.#settling(value as AnyFunction);
      else if (typeof value === "object" && value !== null) args[i] = this.#options(value);
    }
    return args;
  };

  #options(options: { fn?: unknown }): object {
    const { fn } = options;
    if (typeof fn !== "function") return options;
    const value = this.#settling(fn as AnyFunction);
    return Object.create(getPrototypeOf(options), {
      ...getOwnPropertyDescriptors(options),
      fn: { value, writable: true, enumerable: true, configurable: true },
    });
  }

  /** Makes a function that calls another, and settles what that throws. */
  #settling(fn: AnyFunction): AnyFunction {
    const settle = this.#settle;
    const replaceStep = this.#replaceStep;
    const fail = (error: unknown) => {
      settle(error);
      throw error;
    };
    function settling(this: unknown, ...args: unknown[]): unknown {
      replaceStep(args[args.length - 1]);
      let result;
      try {
        result = apply(fn, this, args);
      } catch (error) {
        return fail(error);
      }
      // A second reaction would hide the callers from V8, so the promise is replaced.
      return result instanceof Promise ? apply(then, result, [undefined, fail]) : result;
    }
    // Deno looks at its name, its constructor and symbols of it.
    deleteProperty(settling, "name");
    deleteProperty(settling, "length");
    Object.setPrototypeOf(settling, fn);
    return settling;
  }

  /** Has the steps of a test settle too. */
  readonly #replaceStep = (context: unknown): void => {
    if (typeof context !== "object" || context === null) return;
    if (apply(get, this.#contexts, [context])) return;
    const { step } = context as { step?: unknown };
    if (typeof step !== "function") return;
    apply(set, this.#contexts, [context, true]);
    setProperty(context, "step", this.#standIn(step as AnyFunction, { args: this.args }));
  };
}
