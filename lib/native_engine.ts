import { apply } from "./builtins.ts";
import type { DeclareRegion, Engine, RunDeep } from "./engine.ts";
import { loadNativeLibrary, type NativeLibrary } from "./native_library.ts";
import { PerfError } from "./perf_error.ts";

/**
 * How far from the base of the stack trampolines may reach, in bytes. V8 stops a recursion at
 * 984 KiB of stack, and a call through native code takes some ten times the stack of a plain one.
 * Beyond this depth functions are called plainly, with three quarters of the stack left for it.
 */
export const STACK_BUDGET = 256 * 1024;

// deno-lint-ignore ban-types -- any callable will do
type Callable = Function;

/**
 * Trampolines in memory that the C library maps. The runtime calls `xp_call`,
 * that calls the trampoline, and that calls back `#body`; what is to be called
 * and its result travel in fields, because arguments would cost more.
 */
export class NativeEngine implements Engine {
  /** @inheritdoc */
  readonly name = "native";
  readonly #library: NativeLibrary;
  readonly #enter: NativeLibrary["xp_call"];
  readonly #size: number;
  readonly #context: number;
  readonly #runDeep: RunDeep;
  // Reachable as long as the engine, since native code calls it.
  readonly #callback: Deno.UnsafeCallback<{ parameters: []; result: "void" }>;
  #fn: Callable | undefined;
  #self: unknown;
  #args: ArrayLike<unknown> | undefined;
  #result: unknown;

  /**
   * @param runDeep What calls a function beyond {@linkcode STACK_BUDGET}. @default plainly
   * @throws {PerfError} If the library cannot be used, or too many isolates are attached.
   */
  constructor(runDeep: RunDeep = (body) => body()) {
    const library = loadNativeLibrary();
    // The first call is never an optimised one: it goes through libffi, as the probe wants.
    library.xp_probe();
    this.#callback = new Deno.UnsafeCallback(
      { parameters: [], result: "void" },
      () => this.#body(),
    );
    const context = library.xp_attach(this.#callback.pointer, STACK_BUDGET);
    if (context < 0) {
      this.#callback.close();
      throw new PerfError(`Cannot attach to the native library: error ${-context}`, {
        code: "library",
      });
    }
    this.#library = library;
    this.#enter = library.xp_call;
    this.#size = library.xp_trampoline_size();
    this.#context = context;
    this.#runDeep = runDeep;
  }

  /** @inheritdoc */
  create(symbol: string, declare: DeclareRegion, padding = 0): number {
    const index = this.#library.xp_register(this.#size + padding);
    if (index < 0) {
      throw new PerfError(
        `Cannot make a trampoline: mapping executable memory failed with error ${-index}`,
        {
          code: "unavailable",
        },
      );
    }
    declare({
      address: this.#library.xp_trampoline_address(index),
      size: this.#size,
      name: symbol,
    });
    return index;
  }

  /** @inheritdoc */
  call<Result>(
    trampoline: number,
    fn: (...args: never[]) => Result,
    self: unknown,
    args: ArrayLike<unknown>,
  ): Result {
    this.#fn = fn;
    this.#self = self;
    this.#args = args;
    // An exception passes through the native frames as it is.
    this.#enter(trampoline, this.#context);
    // Taken by the body, unless the stack budget is used up.
    if (this.#fn !== undefined) this.#runDeep(() => this.#body());
    const result = this.#result;
    this.#result = undefined;
    return result as Result;
  }

  #body(): void {
    const fn = this.#fn!;
    const self = this.#self;
    const args = this.#args!;
    this.#fn = this.#self = this.#args = undefined;
    this.#result = apply(fn, self, args);
  }
}
