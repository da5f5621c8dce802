import { fill, Int32Array, max, set } from "./builtins.ts";
import type { Backend } from "./backend.ts";
import type { Engine } from "./engine.ts";
import { type FunctionLabel, functionSymbol } from "./symbol_name.ts";

/** The trampolines that one engine made for one backend, by the function's number. */
export class Registry {
  /** Where the names go. */
  readonly backend: Backend;
  /** Who makes the trampolines. */
  readonly engine: Engine;
  /** The trampoline of each function, negative where there is none yet; may be shorter than needed. */
  trampolines = new Int32Array(0);

  /**
   * @param backend Where the names go.
   * @param engine Who makes the trampolines.
   */
  constructor(backend: Backend, engine: Engine) {
    this.backend = backend;
    this.engine = engine;
  }

  /**
   * Makes the trampoline of a function.
   *
   * @param id The function's number.
   * @param label What `perf` is told of it.
   * @throws {PerfError} If it cannot be made, or its name cannot be written.
   */
  register(id: number, label: FunctionLabel): number {
    const trampoline = this.engine.create(
      functionSymbol(label),
      (region) => this.backend.declare({ ...region, source: label }),
      this.backend.padding,
    );
    if (id >= this.trampolines.length) {
      const longer = new Int32Array(max(64, 2 * this.trampolines.length, id + 1));
      fill(longer, -1);
      set(longer, this.trampolines);
      this.trampolines = longer;
    }
    return this.trampolines[id] = trampoline;
  }
}
