import type { PendingAddress } from "./locations.ts";
import type { FoundSymbol } from "./symbols.ts";

/** The part of the time that may go into looking symbols up: perf reads whole symbol tables for it. */
const MOST_OF_TIME = 0.1;

/** The most addresses that are kept. When there are more, all are forgotten. */
const MOST = 100_000;

/** Memory without a file of a library or program, where code comes and goes. */
const CHANGING = /^(?:\[unknown\]|\/\/anon.*|.*\/perf-\d+\.map)$/;

/**
 * Symbols of the addresses in short recordings of the same processes. Addresses that are not known yet
 * are looked up while the caller goes on, so they have names in a later recording.
 */
export class SymbolCache {
  /** Whether each recording waits for its symbols, as {@linkcode findAll} does. */
  readonly waits: boolean;
  readonly #known = new Map<string, FoundSymbol>();
  #lookup: Promise<void> | undefined;
  /** When the next look-up may begin, by `performance.now()`. */
  #next = 0;

  /** @param options Whether recordings wait for their symbols. */
  constructor({ waits = false }: { waits?: boolean } = {}) {
    this.waits = waits;
  }

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

  /**
   * The symbols of all addresses; those that are not known yet are waited for.
   *
   * @param pending The addresses.
   * @param lookUp As in {@linkcode find}.
   */
  async findAll(
    pending: readonly PendingAddress[],
    lookUp: Parameters<SymbolCache["find"]>[1],
  ): Promise<(FoundSymbol | undefined)[]> {
    await this.#lookup;
    const missing = pending.filter((address) => !this.#known.has(keyOf(address)));
    const found = missing.length === 0 ? [] : await lookUp(missing);
    const symbols = new Map(missing.map((address, i) => [address, found[i]]));
    this.#keep(missing, found);
    return pending.map((address) => symbols.get(address) ?? this.#known.get(keyOf(address)));
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
      this.#keep(missing, await lookUp(missing));
    } catch {
      // Code without a name is shown as such; the next look-up tries again.
    } finally {
      this.#lookup = undefined;
      const end = performance.now();
      this.#next = end + (end - start) * (1 / MOST_OF_TIME - 1);
    }
  }

  #keep(
    addresses: readonly PendingAddress[],
    found: readonly (FoundSymbol | undefined)[],
  ): void {
    if (this.#known.size > MOST) this.#known.clear();
    for (const [i, address] of addresses.entries()) {
      const symbol = found[i];
      // Code may get a name later where perf maps name it.
      const isFinal = symbol !== undefined &&
        (symbol.symbol !== "[unknown]" || !CHANGING.test(symbol.module));
      if (isFinal) this.#known.set(keyOf(address), symbol);
    }
  }
}

/** A process may run another program later; addresses of the kernel are the same in all processes. */
function keyOf({ pid, low, high, isKernel, mapping }: PendingAddress): string {
  if (isKernel) return `kernel ${high} ${low}`;
  const place = mapping === undefined ? "" : `${mapping.path}\0${mapping.start - mapping.offset}`;
  return `${pid} ${place} ${high} ${low}`;
}
