import {
  apply,
  BigUint64Array,
  bindFunction,
  callFunction,
  fill,
  Float64Array,
  Int32Array,
  lengthened,
  max,
  min,
  set,
  subarray,
  toBigInt,
  toNumber,
  Uint8Array,
} from "../../base/builtins.ts";
import { BaselineCode, lengthAt } from "./baseline_shapes.ts";
import { codeExtent, SURROUNDINGS, surroundingsStart } from "./wasm_code_extent.ts";
import type { CodeExtent } from "../../base/machine_code.ts";
import {
  APPLY,
  type DirectEntry,
  type Engine,
  type EngineHost,
  ENTRIES,
  type Entries,
  type Entry,
  STACK_BUDGET,
} from "../engine.ts";
import { FreshCode } from "../fresh_code.ts";
import { loadNativeLibrary } from "../../native/native_library.ts";
import { PerfError } from "../../base/perf_error.ts";
import { directModule } from "./direct_trampoline.ts";
import { WasmBytes } from "./wasm_bytes.ts";
import { dispatcherModule } from "./dispatcher.ts";
import { LEFT, NESTED } from "./module_layout.ts";
import { trampolinesModule } from "./trampolines.ts";

// With `--jitless`, V8 has no WebAssembly.
const { Instance, Memory, Module } = globalThis.WebAssembly ?? {};
const getRandomValues = crypto.getRandomValues.bind(crypto);

const NOTHING = toBigInt(0);

/**
 * Makers of the functions that direct trampolines call, by the number of arguments. WebAssembly
 * cannot pass a `this`, so a direct trampoline passes the receiver as its first argument.
 */
const DIRECT_CALLS = ["", ",a", ",a,b", ",a,b,c", ",a,b,c,d"].map((args) =>
  new FreshCode<MakeCall>(`(fn,call)=>(self${args})=>call(fn,self${args})`, import.meta.url)
);

/** More frames than there are between the walker and the trampoline that called it. */
const WALKED_FRAMES = 16;

/**
 * Calls of a trampoline between two looks, as long as V8 may still move it. V8's optimising
 * compiler moves it after 35 000 to 135 000 calls (measured, tests/e2e/wasm_engine_test.ts). A perf map
 * has no times, so the next look names earlier samples too; only if the program is killed before it, at
 * most 3 % of the calls stay without a name. In a jitdump, samples between the move
 * and the look have no name.
 */
const CALLS_BETWEEN_LOOKS = 1 << 10;
/** Calls between the first look and the second, which comes before V8 compiles the caller. */
const FIRST_INTERVAL = 1 << 5;

/** A countdown that never ends: the trampoline is not looked for again. */
const FOR_GOOD = 0x7fffffff;

/** The smallest page of memory, in bytes. */
const PAGE = 4096;

/** Initial size of the table and of the countdowns, in trampolines. */
const FIRST_SIZE = 1 << 14;
/** Countdowns in a page of WebAssembly's memory, which has 64 KiB. */
const PAGE_COUNTS = 65536 / Int32Array.BYTES_PER_ELEMENT;

/** Calls a function with a receiver and arguments. */
type Call = (fn: unknown, self: unknown, ...args: unknown[]) => unknown;

/**
 * The functions of JavaScript that trampolines call. V8 compiles each of them to one call of the
 * function. If WebAssembly imported the bound `Function.prototype.call` itself, without a function of
 * JavaScript around it, the same would take three calls.
 */
const CALLS = {
  c0: (fn, self) => callFunction(fn, self),
  c1: (fn, self, a) => callFunction(fn, self, a),
  c2: (fn, self, a, b) => callFunction(fn, self, a, b),
  c3: (fn, self, a, b, c) => callFunction(fn, self, a, b, c),
  c4: (fn, self, a, b, c, d) => callFunction(fn, self, a, b, c, d),
  c5: (fn, self, a, b, c, d, e) => callFunction(fn, self, a, b, c, d, e),
  c6: (fn, self, a, b, c, d, e, f) => callFunction(fn, self, a, b, c, d, e, f),
  c7: (fn, self, a, b, c, d, e, f, g) => callFunction(fn, self, a, b, c, d, e, f, g),
  c8: (fn, self, a, b, c, d, e, f, g, h) => callFunction(fn, self, a, b, c, d, e, f, g, h),
  apply: (fn, self, args) => apply(fn as () => unknown, self, args as ArrayLike<unknown>),
} satisfies Record<string, Call>;

/** Makes the function that a direct trampoline calls. */
type MakeCall = (fn: unknown, call: Call) => (self: unknown, ...args: unknown[]) => unknown;

/** The form of a direct trampoline; other forms are numbers of arguments, or {@linkcode APPLY}. */
const DIRECT = APPLY + 1;

/** Bits of an entry of `#forms`: mask of the form, flag of a made trampoline, {@linkcode lengthAt}. */
const FORM = 15;
const MADE = 16;
const LENGTH_SHIFT = 5;

/** Trampolines of one module, which is made when the first of them is called. */
const BLOCK = 128;

/** The exports of the dispatcher. */
interface Dispatcher extends Entries {
  table: WebAssembly.Table;
}

/**
 * Trampolines that are functions of WebAssembly. V8 compiles each one; it stands in V8's own
 * frame-pointer chain and costs a call. On the first call the dispatcher (dispatcher.ts) has this
 * engine find the trampoline's address, and again now and then until V8's optimising compiler has
 * moved the code.
 */
export class WasmEngine implements Engine {
  /** @inheritdoc */
  readonly name = "wasm";
  /** @inheritdoc */
  readonly entries: Readonly<Entries>;
  readonly #host: EngineHost;
  readonly #library = loadNativeLibrary();
  readonly #walked = new BigUint64Array(WALKED_FRAMES);
  readonly #memory: WebAssembly.Memory;
  readonly #table: WebAssembly.Table;
  readonly #imports: WebAssembly.Imports;
  /** Imports by which modules have trampolines made and found. */
  readonly #services: WebAssembly.ModuleImports;
  /** The countdown of each trampoline: calls until the next look. */
  #callsUntilLook!: Int32Array;
  /** One element: the number of nested calls. */
  #nested!: Int32Array;
  /** The return address in each trampoline: 0 before its first call, negated once it has moved. */
  #found = new Float64Array(FIRST_SIZE);
  /** The form of each trampoline, with MADE and the length class of its machine code. */
  #forms = new Uint8Array(FIRST_SIZE);
  readonly #baselineCode = new BaselineCode(DIRECT);
  readonly #surroundings = new Uint8Array(SURROUNDINGS);
  /** Modules are built here. Fresh memory for each would cost as much as building it. */
  readonly #bytes = new WasmBytes();
  /** Index in `#walked` of the return address into the trampoline. */
  #depth = 0;
  #prepared = 0;

  /**
   * @param host Names the trampolines.
   * @throws {PerfError} If trampolines cannot be made or found here.
   */
  constructor(host: EngineHost) {
    this.#host = host;
    if (Module === undefined) throw unavailable("this runtime has no WebAssembly");
    try {
      // One page more than the countdowns need: NESTED stands in front of them.
      this.#memory = new Memory({ initial: FIRST_SIZE / PAGE_COUNTS + 1 });
      this.#view();
      const plain: Entry = (...call) => this.#callPlainly(...call);
      this.#services = {
        memory: this.#memory,
        walk: bindFunction(
          this.#library.xp_walk,
          undefined,
          new Uint8Array(this.#walked.buffer),
          WALKED_FRAMES,
        ),
        ready: (id: number) => this.#ready(id),
        found: (id: number) => this.#look(id),
        deep: () => this.#isDeep(),
      };
      const dispatcher = new Instance(new Module(dispatcherModule(FIRST_SIZE)), {
        m: {
          ...this.#services,
          none: Object.freeze([]) as unknown as WebAssembly.ImportValue,
          ...Object.fromEntries(ENTRIES.map((_, args) => [`plain${args}`, plain])),
        },
      }).exports as unknown as Dispatcher;
      this.entries = dispatcher;
      this.#table = dispatcher.table;
    } catch (cause) {
      throw unavailable((cause as Error).message, cause);
    }
    this.#imports = { m: { memory: this.#memory, table: this.#table, ...CALLS } };
    this.#check();
  }

  /** @inheritdoc */
  prepare(first: number, args: ArrayLike<number>): void {
    this.#reserve(first + args.length);
    set(this.#forms, args, first);
    this.#prepared = first + args.length;
  }

  /**
   * Makes a trampoline and the rest of its block, unless they have been made.
   *
   * @returns 1 if the trampoline exists, otherwise 0.
   */
  #ready(id: number): number {
    if ((this.#forms[id]! & MADE) !== 0) return 1;
    // Making them takes more stack than a call does.
    if (this.#library.xp_stack_used() > STACK_BUDGET) return 0;
    try {
      this.#host.make(() => this.#makeBlock(id - id % BLOCK));
      return 1;
    } catch (cause) {
      this.#host.giveUp(unavailable((cause as Error).message, cause));
      return 0;
    }
  }

  /** Makes the trampolines of a block from the first missing one to its end. */
  #makeBlock(block: number): void {
    const forms = this.#forms;
    const end = min(block + BLOCK, this.#prepared);
    let first = block;
    while ((forms[first]! & MADE) !== 0) first++;
    const args = subarray(forms, first, end);
    const { padding } = this.#host;
    const module = trampolinesModule({
      first,
      args,
      padding,
      distinction: distinction(),
      into: this.#bytes,
    });
    new Instance(new Module(module), this.#imports);
    for (let i = 0; i < args.length; i++) args[i]! |= MADE | lengthAt(i) << LENGTH_SHIFT;
  }

  /** @inheritdoc */
  direct(id: number, fn: unknown, args: number): DirectEntry | undefined {
    // Compiling takes more stack than a call does.
    if (this.#library.xp_stack_used() > STACK_BUDGET) return undefined;
    // The shared trampoline of this number is made first, and stays unused: #makeBlock() makes all from
    // the first missing one to the end of the block, and DIRECT is no number of arguments.
    if (this.#ready(id) === 0) return undefined;
    this.#forms[id] = DIRECT | MADE;
    const { padding, runDeep } = this.#host;
    const plain = (self: unknown, ...given: unknown[]): unknown => {
      let result: unknown;
      runDeep(() => {
        result = apply(fn as () => unknown, self, given);
      });
      return result;
    };
    try {
      const module = new Module(directModule({ id, args, padding, distinction: distinction() }));
      const entry = (own: WebAssembly.ModuleImports): DirectEntry => {
        const instance = new Instance(module, { m: { ...this.#services, ...own } });
        return instance.exports["enter"] as DirectEntry;
      };
      const nothing = () => {};
      // A second instance shares the machine code. Its `fn` is the walker, which finds that code.
      const walk = bindFunction(CALLS.c0, undefined, this.#services["walk"], null);
      const find = entry({ fn: walk, plain: nothing, found: nothing });
      const found = () => {
        this.#callsUntilLook[id] = FOR_GOOD;
        // Past the stack budget `find` calls `plain` instead of the walker: #look() then reads 0.
        this.#walked[this.#depth] = NOTHING;
        find(undefined);
        this.#look(id);
      };
      const makeCall = DIRECT_CALLS[args]!.evaluate();
      return entry({ fn: makeCall(fn, callFunction), plain, found });
    } catch (cause) {
      throw unavailable((cause as Error).message, cause);
    }
  }

  /**
   * Measures the stack: returns 1 past the budget; otherwise resets the nesting count, returns 0.
   */
  #isDeep(): number {
    if (this.#library.xp_stack_used() > STACK_BUDGET) return 1;
    this.#nested[0] = 0;
    return 0;
  }

  #callPlainly(id: number, fn: unknown, self: unknown, ...args: unknown[]): unknown {
    let result: unknown;
    this.#host.runDeep(() => {
      result = apply(
        fn as () => unknown,
        self,
        (this.#forms[id]! & FORM) === APPLY ? args[0] as unknown[] : args,
      );
    });
    return result;
  }

  /**
   * Finds a trampoline's code, has the backend name it if it is new or has moved, and writes the
   * countdown to the next look. The dispatcher calls this after the trampoline called the frame walker
   * (`xp_walk`), and so does a direct trampoline.
   */
  #look(id: number): void {
    // The engine is still finding out at which depth of a walk the trampoline is (#check()).
    if (this.#depth === WALKED_FRAMES) return;
    const known = this.#found[id]!;
    const isFirst = known === 0;
    // A trampoline moves once: V8's optimised code stays where it is.
    if (known < 0) {
      this.#callsUntilLook[id] = FOR_GOOD;
      return;
    }
    const address = toNumber(this.#walked[this.#depth]!);
    const extent = known === address
      ? undefined
      : isFirst
      ? this.#firstExtent(id, address)
      : this.#extent(address);
    if (extent === undefined) {
      // It has not moved, or its memory cannot be read now.
      if (!isFirst) this.#host.looked?.();
      this.#callsUntilLook[id] = isFirst ? FIRST_INTERVAL : CALLS_BETWEEN_LOOKS;
      return;
    }
    this.#host.declare(id, extent);
    this.#callsUntilLook[id] = isFirst ? FIRST_INTERVAL : FOR_GOOD;
    this.#found[id] = isFirst ? address : -address;
  }

  /** The code of a trampoline that has not moved yet. */
  #firstExtent(id: number, address: number): CodeExtent | undefined {
    const form = this.#forms[id]!;
    const look = () => this.#extent(address);
    return this.#baselineCode.extentAt(address, form & FORM, form >> LENGTH_SHIFT, look);
  }

  #extent(address: number): CodeExtent | undefined {
    this.#readSurroundings(surroundingsStart(address));
    const extent = codeExtent(address, this.#surroundings);
    return extent &&
      { address: extent.address, size: extent.size - this.#host.padding, byV8: true };
  }

  #readSurroundings(start: number): void {
    const memory = this.#surroundings;
    fill(memory, 0);
    if (this.#library.xp_read(memory, toBigInt(start), SURROUNDINGS) > 0) return;
    // The page of `start` cannot be read: the code is at the start of a mapping. Read behind it.
    const skipped = PAGE - start % PAGE;
    const rest = subarray(memory, skipped, SURROUNDINGS);
    this.#library.xp_read(rest, toBigInt(start + skipped), rest.length);
  }

  /**
   * Makes a few trampolines, calls them, and finds their depth in the walk: the only depth at which
   * the return addresses differ from trampoline to trampoline.
   */
  #check(): void {
    const args = [2, 2, 2];
    this.prepare(0, args);
    this.#makeBlock(0);
    const walks: BigUint64Array[] = [];
    for (let id = 0; id < args.length; id++) {
      fill(this.#walked, NOTHING);
      // No frame has this depth, so #look() returns at once.
      this.#depth = WALKED_FRAMES;
      const result = this.entries.e2(id, (a: unknown, b: unknown) => [a, b], undefined, id, 0);
      if ((result as unknown[])[0] !== id) throw unavailable("a call gave a wrong result");
      walks.push(new BigUint64Array(this.#walked));
    }
    const depths = differingDepths(walks);
    if (depths.length !== 1) {
      throw unavailable(`a trampoline can be in ${depths.length} places of its stack, must be 1`);
    }
    this.#depth = depths[0]!;
    for (let id = 0; id < args.length; id++) {
      if (this.#extent(toNumber(walks[id]![this.#depth]!)) === undefined) {
        throw unavailable("the code of a trampoline cannot be found");
      }
      // The program's functions get these numbers.
      this.#callsUntilLook[id] = this.#found[id] = 0;
    }
  }

  /** Makes the views anew: when memory grows, it gets another buffer. */
  #view(): void {
    this.#nested = new Int32Array(this.#memory.buffer, NESTED, 1);
    this.#callsUntilLook = new Int32Array(this.#memory.buffer, LEFT);
  }

  #reserve(count: number): void {
    const places = this.#table.length;
    if (count <= places) return;
    const size = max(2 * places, count + PAGE_COUNTS - 1 - (count - 1) % PAGE_COUNTS);
    try {
      this.#table.grow(size - places);
      this.#memory.grow((size - places) / PAGE_COUNTS);
    } catch (cause) {
      throw unavailable((cause as Error).message, cause);
    }
    this.#view();
    this.#forms = lengthened(Uint8Array, this.#forms, size);
    this.#found = lengthened(Float64Array, this.#found, size);
  }
}

/** The depths at which the return addresses of all walks differ. */
function differingDepths(walks: readonly BigUint64Array[]): number[] {
  const depths: number[] = [];
  for (let depth = 0; depth < WALKED_FRAMES; depth++) {
    const seen = new Set(walks.map((walk) => walk[depth]));
    if (seen.size === walks.length) depths.push(depth);
  }
  return depths;
}

/** Bytes that no other module of this process has. */
function distinction(): Uint8Array {
  return getRandomValues(new Uint8Array(16));
}

function unavailable(reason: string, cause?: unknown): PerfError {
  return new PerfError(`Cannot use engine "wasm": ${reason}`, { code: "unavailable", cause });
}
