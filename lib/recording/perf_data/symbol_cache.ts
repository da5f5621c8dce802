import type { PendingAddress } from "./locations.ts";
import type { FoundSymbol } from "./symbols.ts";

/** The part of the time that may go into looking symbols up: perf reads whole symbol tables for it. */
const MOST_OF_TIME = 0.1;

/** Memory without a file of a library or program, where code comes and goes. */
const CHANGING = /^(?:\[unknown\]|\/\/anon.*|.*\/perf-\d+\.map)$/;

/**
 * Symbols of the addresses in short recordings of the same processes. Addresses that are not known yet
 * are looked up while the caller goes on, so they have names in a later recording.
 */
export class SymbolCache {
  readonly #known = new Map<string, FoundSymbol>();
  #lookup: Promise<void> | undefined;
  /** When the next look-up may begin, by `performance.now()`. */
  #next = 0;

  /**
   * The symbols that are known.
   *
   * @param pending The addresses.
   * @param lookUp Has perf look addresses up. What it needs of the recording, it reads before it
   * returns its promise.
   * @returns The symbol of each address, `undefined` where it is not known.
   */
  find(
    pending: readonly PendingAddress[],
    lookUp: (missing: readonly PendingAddress[]) => Promise<readonly (FoundSymbol | undefined)[]>,
  ): (FoundSymbol | undefined)[] {
    const found = pending.map((address) => this.#known.get(keyOf(address)));
    const missing = pending.filter((_, i) => found[i] === undefined);
    if (missing.length > 0 && this.#lookup === undefined && performance.now() >= this.#next) {
      this.#lookup = this.#learn(missing, lookUp);
    }
    return found;
  }

  /** Waits for the look-up that is under way, if any. */
  async settled(): Promise<void> {
    await this.#lookup;
  }

  async #learn(
    missing: readonly PendingAddress[],
    lookUp: Parameters<SymbolCache["find"]>[1],
  ): Promise<void> {
    const start = performance.now();
    try {
      const found = await lookUp(missing);
      for (const [i, address] of missing.entries()) {
        const symbol = found[i];
        // Code may get a name later where perf maps name it.
        const isFinal = symbol !== undefined &&
          (symbol.symbol !== "[unknown]" || !CHANGING.test(symbol.module));
        if (isFinal) this.#known.set(keyOf(address), symbol);
      }
    } catch {
      // Code without a name is shown as such; the next look-up tries again.
    } finally {
      this.#lookup = undefined;
      const end = performance.now();
      this.#next = end + (end - start) * (1 / MOST_OF_TIME - 1);
    }
  }
}

/** Addresses of the kernel are the same in all processes. */
function keyOf({ pid, low, high, isKernel }: PendingAddress): string {
  return `${isKernel ? "kernel" : pid} ${high} ${low}`;
}
