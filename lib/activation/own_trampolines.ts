import { defineElement } from "../base/builtins.ts";
import type { DirectEntry } from "../engines/engine.ts";
import type { EngineWithBackend } from "./engine_pairs.ts";

/** A place for a direct trampoline. */
export interface OwnTrampoline {
  /** The trampoline; `undefined` while there is none. */
  direct: DirectEntry | undefined;
}

/** The direct trampolines in use. All come from one engine with one backend. */
export class OwnTrampolines {
  readonly #holders: OwnTrampoline[] = [];
  #maker: EngineWithBackend | undefined;

  /** Gives a function its trampoline. */
  give(holder: OwnTrampoline, direct: DirectEntry | undefined): void {
    holder.direct = direct;
    defineElement(this.#holders, this.#holders.length, holder);
  }

  /** Takes all trampolines back, unless the same pair makes the next ones. */
  changeMaker(maker: EngineWithBackend): void {
    if (this.#maker === maker) return;
    this.#maker = maker;
    for (let i = 0; i < this.#holders.length; i++) this.#holders[i]!.direct = undefined;
    this.#holders.length = 0;
  }
}
