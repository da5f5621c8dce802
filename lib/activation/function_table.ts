import { fill, lengthened, max, min, set, subarray, Uint8Array } from "../base/builtins.ts";
import type { FunctionLabel } from "../base/symbol_name.ts";

/** Sizes of the pools of numbers that are reserved for functions that come one by one. */
const SMALLEST_POOL = 16;
const LARGEST_POOL = 1024;

/** Reserved numbers, for functions with one number of arguments. */
interface Pool {
  next: number;
  end: number;
  size: number;
}

/**
 * The functions of an isolate by number: each one's label in perf, and its number of arguments. An
 * engine gets ready for many functions at far less cost than for each alone. So functions that come
 * one by one get numbers from reserved pools.
 */
export class FunctionTable {
  /** Number 0 is never given to a function. */
  readonly #labels: FunctionLabel[] = [{ name: "", file: "", line: undefined }];
  readonly #pools: Pool[] = [];
  #args = new Uint8Array(64);
  #length = 1;

  /** One more than the highest number, reserved ones included. */
  get length(): number {
    return this.#length;
  }

  /** The label of a function in perf. */
  label(id: number): FunctionLabel | undefined {
    return this.#labels[id];
  }

  /** The numbers of arguments, or `APPLY`, of the functions from a number on. */
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
