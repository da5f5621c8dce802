import type { DeclareRegion, Engine, RunDeep } from "./engine.ts";
import type { CallInside, NativeLibrary } from "./native_functions.ts";
import { loadNativeLibrary } from "./native_library.ts";
import { PerfError } from "./perf_error.ts";

/**
 * How far from the base of the stack trampolines may reach, in bytes. V8 stops a recursion at
 * 984 KiB of stack, and a call through native code takes some ten times the stack of a plain one.
 * Beyond this depth functions are called plainly, with three quarters of the stack left for it.
 */
export const STACK_BUDGET = 256 * 1024;

/** Trampolines in memory that the C library maps. */
export class NativeEngine implements Engine {
  /** @inheritdoc */
  readonly name = "native";
  /** @inheritdoc */
  readonly call: CallInside;
  readonly #library: NativeLibrary;
  readonly #size: number;

  /**
   * @param runDeep What calls a function beyond {@linkcode STACK_BUDGET}. @default plainly
   * @throws {PerfError} If the library cannot be used, or too many isolates are attached.
   */
  constructor(runDeep: RunDeep = (body) => body()) {
    this.#library = loadNativeLibrary();
    this.call = this.#library.attach(STACK_BUDGET, runDeep);
    this.#size = this.#library.xp_trampoline_size();
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
}
