import { ffiFunctions, functions } from "../../ffi/symbols.ts";
import { apply } from "../base/builtins.ts";
import type { RunDeep } from "../base/machine_code.ts";
import type { CallInside, NativeLibrary } from "./native_functions.ts";
import { PerfError } from "../base/perf_error.ts";

const symbols = {
  ...functions,
  ...ffiFunctions,
} as const satisfies Deno.ForeignLibraryInterface;

type Symbols = Deno.DynamicLibrary<typeof symbols>["symbols"];

/**
 * Opens the C library by Deno's foreign function interface.
 *
 * Needs `--allow-ffi`.
 *
 * @param path Path of the library.
 */
export function openByFfi(path: string): NativeLibrary {
  const opened = Deno.dlopen(path, symbols).symbols;
  // V8 never optimises a first call: it goes through libffi, which xp_probe() must see.
  opened.xp_probe();
  return {
    // Deno's types want buffers without shared memory. The library takes both.
    ...(opened as unknown as NativeLibrary),
    attach: (stackBudget, runDeep) => new FfiCaller(opened, stackBudget, runDeep).call,
  };
}

// deno-lint-ignore ban-types -- any callable will do
type Callable = Function;

/**
 * Calls functions inside trampolines. The runtime calls `xp_call`, which calls the trampoline,
 * which calls back `#body`. The function, its arguments and its result travel in fields, which cost
 * less than arguments of foreign functions.
 */
class FfiCaller {
  readonly #enter: Symbols["xp_call"];
  readonly #context: number;
  readonly #runDeep: RunDeep;
  // A field, so that it lives as long as this object: native code calls it.
  readonly #callback: Deno.UnsafeCallback<{ parameters: []; result: "void" }>;
  #fn: Callable | undefined;
  #self: unknown;
  #args: ArrayLike<unknown> | undefined;
  #result: unknown;

  constructor(library: Symbols, stackBudget: number, runDeep: RunDeep) {
    this.#callback = new Deno.UnsafeCallback(
      { parameters: [], result: "void" },
      () => this.#body(),
    );
    const context = library.xp_attach(this.#callback.pointer, stackBudget);
    if (context < 0) {
      this.#callback.close();
      throw new PerfError(`Cannot attach to the native library: error ${-context}`, {
        code: "library",
      });
    }
    this.#enter = library.xp_call;
    this.#context = context;
    this.#runDeep = runDeep;
  }

  readonly call: CallInside = (trampoline, fn, self, args) => {
    this.#fn = fn;
    this.#self = self;
    this.#args = args;
    // An exception passes through the native frames unchanged.
    this.#enter(trampoline, this.#context);
    // The body clears #fn. If it is still set, xp_call() refused: the stack budget is used up.
    if (this.#fn !== undefined) this.#runDeep(() => this.#body());
    const result = this.#result;
    this.#result = undefined;
    return result as ReturnType<typeof fn>;
  };

  #body(): void {
    const fn = this.#fn!;
    const self = this.#self;
    const args = this.#args!;
    this.#fn = this.#self = this.#args = undefined;
    this.#result = apply(fn, self, args);
  }
}
