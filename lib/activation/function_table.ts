import { fill, lengthened, max, min, set, subarray, Uint8Array } from "../base/builtins.ts";
import type { FunctionLabel } from "../base/symbol_name.ts";

/** Numbers that are set aside at a time for functions that come one by one. */
const SMALLEST_POOL = 16;
const LARGEST_POOL = 1024;

/** Numbers that are set aside. */
interface Pool {
  next: number;
  end: number;
  size: number;
}

/**
 * The functions of an isolate by number: what perf shows of each, and how it is called. Engines get
 * ready for many at once far cheaper than for one: those that come one by one get numbers that
 * were set aside.
 */
export class FunctionTable {
  /** Number 0 is no function's. */
  readonly #labels: FunctionLabel[] = [{ name: "", file: "", line: undefined }];
  readonly #pools: Pool[] = [];
  #args = new Uint8Array(64);
  #length = 1;

  /** One more than the highest number, set aside ones included. */
  get length(): number {
    return this.#length;
  }

  /** What perf shows of a function. */
  label(id: number): FunctionLabel | undefined {
    return this.#labels[id];
  }

  /** How the functions from a number on are called, in turn: by how many arguments, or `APPLY`. */
  argumentsFrom(first: number): Uint8Array {
    return subarray(this.#args, first, this.#length);
  }

  /** Gives one function its number. */
  add(label: FunctionLabel, args: number): number {
    let pool = this.#pools[args];
    if (pool === undefined || pool.next === pool.end) {
      const next = this.#length;
      const size = pool === undefined ? SMALLEST_POOL : min(LARGEST_POOL, 2 * pool.size);
      fill(this.#extend(size), args);
      pool = this.#pools[args] = { next, end: next + size, size };
    }
    const id = pool.next++;
    this.#labels[id] = label;
    return id;
  }

  /** Gives functions their numbers, in turn from {@linkcode length} on. */
  addAll(labels: readonly FunctionLabel[], args: ArrayLike<number>): void {
    const [known, first] = [this.#labels, this.#length];
    for (let i = 0; i < labels.length; i++) known[first + i] = labels[i]!;
    set(this.#extend(labels.length), args);
  }

  /** Whether functions from a number on are these. */
  has(first: number, labels: readonly FunctionLabel[], args: ArrayLike<number>): boolean {
    for (let i = 0; i < labels.length; i++) {
      const [known, wanted] = [this.#labels[first + i], labels[i]!];
      if (
        known?.name !== wanted.name || known.file !== wanted.file || known.line !== wanted.line ||
        this.#args[first + i] !== args[i]
      ) return false;
    }
    return true;
  }

  /** Gives out numbers: the places for how their functions are called. */
  #extend(count: number): Uint8Array {
    const first = this.#length;
    this.#length += count;
    const { length } = this.#args;
    if (this.#length > length) {
      this.#args = lengthened(Uint8Array, this.#args, max(this.#length, 2 * length));
    }
    return subarray(this.#args, first, this.#length);
  }
}
