import { apply, fill, Int32Array, lengthened, max, set, Uint8Array } from "../base/builtins.ts";
import {
  APPLY,
  type Engine,
  type EngineHost,
  type Entries,
  type Entry,
  STACK_BUDGET,
} from "./engine.ts";
import type { CallInside, NativeLibrary } from "../native/native_functions.ts";
import { loadNativeLibrary } from "../native/native_library.ts";
import { PerfError } from "../base/perf_error.ts";

type AnyFunction = (...args: never[]) => unknown;

/** Trampolines in memory that the C library maps. */
export class NativeEngine implements Engine {
  /** @inheritdoc */
  readonly name = "native";
  /** @inheritdoc */
  readonly entries: Readonly<Entries>;
  readonly #host: EngineHost;
  readonly #library: NativeLibrary;
  readonly #callInside: CallInside;
  readonly #size: number;
  /** The index of each function's trampoline; negative where there is none yet. */
  #trampolines = new Int32Array(0);
  /** 1 for each function whose arguments come as an array. */
  #applied = new Uint8Array(0);

  /**
   * @param host Names the trampolines.
   * @throws {PerfError} If the library cannot be used, or too many isolates are attached.
   */
  constructor(host: EngineHost) {
    this.#host = host;
    this.#library = loadNativeLibrary();
    this.#callInside = this.#library.attach(STACK_BUDGET, (body) => host.runDeep(body));
    this.#size = this.#library.xp_trampoline_size();
    const call: Entry = (id, fn, self, ...args) => this.#call(id, fn, self, args);
    this.entries = {
      e0: call,
      e1: (id, fn, self, a) =>
        this.#call(id, fn, self, this.#applied[id] === 1 ? a as ArrayLike<unknown> : [a]),
      e2: call,
      e3: call,
      e4: call,
      e5: call,
      e6: call,
      e7: call,
      e8: call,
    };
  }

  /** @inheritdoc */
  prepare(first: number, args: ArrayLike<number>): void {
    this.#reserve(first + args.length);
    for (let i = 0; i < args.length; i++) this.#applied[first + i] = args[i] === APPLY ? 1 : 0;
  }

  #call(id: number, fn: unknown, self: unknown, args: ArrayLike<unknown>): unknown {
    let trampoline = this.#trampolines[id]!;
    if (trampoline < 0) trampoline = this.#create(id);
    if (trampoline < 0) return apply(fn as AnyFunction, self, args);
    return this.#callInside(trampoline, fn as AnyFunction, self, args);
  }

  /** Makes a trampoline. Returns its index, or a negative number where there is no memory. */
  #create(id: number): number {
    const index = this.#library.xp_register(this.#size + this.#host.padding);
    if (index < 0) {
      this.#host.giveUp(
        new PerfError(
          `Cannot make a trampoline: mapping executable memory failed with error ${-index}`,
          { code: "unavailable" },
        ),
      );
      return index;
    }
    this.#host.declare(id, {
      address: this.#library.xp_trampoline_address(index),
      size: this.#size,
    });
    return this.#trampolines[id] = index;
  }

  #reserve(count: number): void {
    if (count <= this.#trampolines.length) return;
    const length = max(64, 2 * this.#trampolines.length, count);
    const trampolines = new Int32Array(length);
    fill(trampolines, -1);
    set(trampolines, this.#trampolines);
    this.#trampolines = trampolines;
    this.#applied = lengthened(Uint8Array, this.#applied, length);
  }
}
