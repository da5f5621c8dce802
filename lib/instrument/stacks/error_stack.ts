import { types } from "node:util";

import { activation } from "../../activation/activation.ts";
import { apply, defineProperty, indexOf, setProperty } from "../../base/builtins.ts";
import { STACK_LIMIT } from "../traits/stack_limit.ts";
import { type CallSite, programSites } from "./call_sites.ts";
import { restoreErrorMessage } from "./messages.ts";

/**
 * The most frames that V8 must collect for one frame of the program. While trampolines are off, a
 * function of which a piece became an arrow function has three.
 */
export const FRAMES_PER_FUNCTION = { on: 8, off: 3 };

/** Most values of the program's limit that are known at once. */
const MOST_LIMITS = 100;

/**
 * Added to values of the property, so that they differ from those that other code sets. V8 reads whole
 * frames (src/execution/isolate.cc, GetStackTraceLimit).
 */
const OWN = 0.25;

/** V8's default for `Error.stackTraceLimit` (src/flags/flag-definitions.h, stack_trace_limit). */
const USUAL_LIMIT = 10;

/** Formats stacks like a runtime. */
export interface StackDialect {
  /** Returns the frames with the positions that the program is to see. */
  place(sites: readonly CallSite[]): readonly CallSite[];
  /** Formats an error and its frames. */
  format(error: unknown, sites: readonly CallSite[]): string;
  /**
   * Formats the text that is printed behind the message of an error that ends the program. Only for
   * runtimes that would print frames of ours.
   *
   * @param isOutermost Whether it is that error itself, not one of its causes.
   */
  print?(sites: readonly CallSite[], isOutermost: boolean): string;
  /** Whether an error that is among its own causes is printed there once more, as a cause. */
  repeatsErrors?: boolean;
}

/** A stack without our frames. */
interface Hidden {
  text: unknown;
  sites: readonly CallSite[];
  /** Whether the program has a `prepareStackTrace` that has not been called for the text yet. */
  isDue?: boolean;
  /** Whether the frames were taken away from V8. */
  isSettled?: boolean;
  /** Whether the source line of the error is to be printed too. */
  isOutermost?: boolean;
  /** The number of times that the error is among its own causes: it is read so often before it is read as the outermost. */
  repeats?: number;
}

const { captureStackTrace } = Error;
const { isNativeError } = types;

/**
 * Keeps our frames out of the stacks that a program sees: out of `error.stack`, and out of the text
 * that is printed when an error ends the program.
 *
 * When a stack is first read, V8 has the runtime format it, and the runtime calls
 * `Error.prepareStackTrace`. Deno also keeps the frames of each error, and prints these when an
 * error ends the program. It prints `error.stack` only if there are no frames. So settle() captures
 * the stack of such an error a second time, with a limit of 0 frames.
 */
export class ErrorStacks {
  readonly #realm: typeof globalThis;
  readonly #dialect: StackDialect;
  /** The runtime's own `Error.prepareStackTrace`; `undefined` in Deno. */
  readonly #usualPrepare: unknown;
  /** The program's `Error.prepareStackTrace`. */
  #prepare: unknown;
  /** The program's values of `Error.stackTraceLimit`, by the property's values for them. */
  #limits = new Map<unknown, unknown>();
  #framesPerFunction = FRAMES_PER_FUNCTION.off;
  /** The stacks from which frames of ours were removed, by their errors. */
  readonly #hidden = new WeakMap<object, Hidden>();
  /** Whether `#isRuntimeAsking()` takes a stack: then the hook formats none. */
  #isProbing = false;
  #isSettling = false;

  /**
   * @param realm The global object whose errors get these stacks.
   * @param dialect Formats stacks like the runtime.
   */
  constructor(realm: typeof globalThis, dialect: StackDialect) {
    this.#realm = realm;
    this.#dialect = dialect;
    this.#prepare = this.#usualPrepare = (realm.Error as { prepareStackTrace?: unknown })
      .prepareStackTrace;
    this.limit = USUAL_LIMIT;
    // Node's function has this name, and the program may look at it.
    const { ErrorPrepareStackTrace: hook } = {
      ErrorPrepareStackTrace: (error: unknown, sites: readonly CallSite[]) =>
        this.#write(error, sites),
    };
    defineProperty(realm.Error, "prepareStackTrace", {
      configurable: true,
      get: () => this.#isHookSeen() || this.#isRuntimeAsking() ? hook : this.#prepare,
      set: (value) => {
        this.#takeLimit();
        this.#prepare = value === hook ? this.#usualPrepare : value;
      },
    });
  }

  /** Whether the program may see the hook: where the runtime has a function of its own there. */
  #isHookSeen(): boolean {
    return this.#isProbing ||
      (this.#prepare === this.#usualPrepare && typeof this.#usualPrepare === "function");
  }

  /**
   * Sets V8's frame limit so that the program still gets the frames that it asked for. V8 reads the data
   * property `Error.stackTraceLimit`, so all other readers of the property see this number.
   */
  switch(isOn: boolean): void {
    const { limit } = this;
    this.#framesPerFunction = FRAMES_PER_FUNCTION[isOn ? "on" : "off"];
    this.#limits.clear();
    this.limit = limit;
  }

  /** A value that is asked for `stackTraceLimit`: for `Error`, an object that has the program's. */
  readonly limitHolder = <Value>(value: Value): Value =>
    value as unknown === this.#realm.Error ? this.#facade as Value : value;

  /** `Error` with the program's `stackTraceLimit`. A frozen target would allow no other value. */
  readonly #facade: unknown = new Proxy({}, {
    get: (_, key) => key === STACK_LIMIT ? this.limit : (this.#realm.Error as never)[key],
    set: (_, key, value) => {
      if (key !== STACK_LIMIT) return setProperty(this.#realm.Error, key, value);
      return this.#setLimit(value);
    },
    has: (_, key) => key in this.#realm.Error,
    deleteProperty: (_, key) => Reflect.deleteProperty(this.#realm.Error, key),
    getPrototypeOf: () => Reflect.getPrototypeOf(this.#realm.Error),
    getOwnPropertyDescriptor: (_, key) => {
      const found = Reflect.getOwnPropertyDescriptor(this.#realm.Error, key);
      if (found === undefined) return undefined;
      if (key === STACK_LIMIT && "value" in found) found.value = this.limit;
      return { ...found, configurable: true };
    },
    defineProperty: (_, key, descriptor) => {
      const isDefined = defineProperty(this.#realm.Error, key, descriptor);
      if (isDefined && key === STACK_LIMIT && "value" in descriptor) {
        this.#setLimit(descriptor.value);
      }
      return isDefined;
    },
  });

  /** `Error.stackTraceLimit` as the program sees it. */
  get limit(): unknown {
    const { stackTraceLimit } = this.#realm.Error;
    return this.#limits.has(stackTraceLimit) ? this.#limits.get(stackTraceLimit) : stackTraceLimit;
  }

  set limit(limit: unknown) {
    this.#setLimit(limit);
  }

  /**
   * Multiplies a limit that code which is not instrumented has set, as `util.getCallSites` of Deno does
   * before it sets `Error.prepareStackTrace`. Such code puts back a value that the property had.
   */
  #takeLimit(): void {
    const { stackTraceLimit } = this.#realm.Error;
    if (!this.#limits.has(stackTraceLimit)) this.limit = stackTraceLimit;
  }

  /** Whether it could be set: the program can have frozen `Error`. */
  #setLimit(limit: unknown): boolean {
    const ownLimit = typeof limit === "number" ? limit * this.#framesPerFunction + OWN : limit;
    const isSet = setProperty(this.#realm.Error, STACK_LIMIT, ownLimit);
    if (isSet) {
      if (this.#limits.size > MOST_LIMITS) this.#limits.clear();
      this.#limits.set(ownLimit, limit);
    }
    return isSet;
  }

  /** Removes the frames of an error that is about to end the program, and of its causes. */
  settle(error: unknown, settled: readonly unknown[] = []): void {
    if (!isNativeError(error)) return;
    // Causes can form a cycle.
    if (settled.includes(error)) {
      const outermost = error === settled[0] ? this.#hidden.get(error) : undefined;
      if (outermost !== undefined) outermost.repeats = outermost.repeats! + 1;
      return;
    }
    const stack = this.#readStack(error);
    const hidden = this.#hidden.get(error);
    if (hidden !== undefined) {
      if (hidden.text !== stack) {
        // The program has replaced the text; the runtime would print the frames nevertheless.
        hidden.text = stack;
        hidden.isDue = false;
      }
      hidden.isSettled = true;
      hidden.isOutermost = settled.length === 0;
      hidden.repeats = 0;
      this.#takeFrames(error);
    }
    const { cause, errors } = error as { cause?: unknown; errors?: unknown };
    const around = [...settled, error];
    this.settle(cause, around);
    if (Array.isArray(errors)) { for (const one of errors) this.settle(one, around); }
  }

  #readStack(error: Error): unknown {
    this.#isSettling = true;
    try {
      return error.stack;
    } finally {
      this.#isSettling = false;
    }
  }

  #takeFrames(error: Error): void {
    try {
      // V8 leaves out all frames down to `notOnStack`, which is never on the stack, so it takes none but
      // those of WebAssembly. A limit of 0 keeps those out too, unless the program has frozen `Error`.
      return this.#withLimit(0, () => captureStackTrace(error, notOnStack));
    } catch {
      // A frozen error keeps our frames.
    }
    this.#hidden.delete(error);
  }

  /** Returns the text of an error's stack, when V8 calls the hook for it. */
  #write(error: unknown, sites: readonly CallSite[]): unknown {
    if (this.#isProbing) return undefined;
    restoreErrorMessage(error);
    const hidden = sites.length === 0 ? this.#hidden.get(error as object) : undefined;
    if (hidden?.isSettled) {
      if (this.#isRuntimeReading()) {
        // The program can still read the stack: V8 asks the hook for its text then.
        this.#takeFrames(error as Error);
        // Deno prints all but the first line of this, so that line can be anything.
        return `Error${this.#dialect.print!(hidden.sites, this.#isOutermost(hidden))}`;
      }
      if (hidden.isDue) hidden.text = this.#format(error, hidden.sites);
      hidden.isDue = false;
      return hidden.text;
    }
    const limit = typeof this.limit === "number" ? this.limit : 0;
    const program = programSites(sites, (id) => activation.label(id)?.name, limit);
    const seen = this.#dialect.place(program);
    // The runtime prints an error that ends the program without calling the program's
    // `prepareStackTrace`, so that call stays due until the program reads the stack.
    const isDue = this.#isSettling && this.#isPrepared();
    const text = isDue ? this.#dialect.format(error, seen) : this.#format(error, seen);
    if (isDue || seen !== sites) {
      this.#hidden.set(error as object, { text, sites: seen, isDue });
    }
    return text;
  }

  /** Whether the runtime now reads a stack as that of the outermost error. */
  #isOutermost(hidden: Hidden): boolean {
    if (!hidden.isOutermost) return false;
    return !this.#dialect.repeatsErrors || hidden.repeats!-- <= 0;
  }

  #format(error: unknown, sites: readonly CallSite[]): unknown {
    return this.#isPrepared()
      ? apply(this.#prepare as () => unknown, this.#realm.Error, [error, sites])
      : this.#dialect.format(error, sites);
  }

  /** Whether the program writes its stacks itself. */
  #isPrepared(): boolean {
    return typeof this.#prepare === "function" && this.#prepare !== this.#usualPrepare;
  }

  /**
   * Whether the runtime reads `Error.prepareStackTrace`, and not the program. While V8 has one
   * stack formatted, it formats all others itself, as text.
   */
  #isRuntimeAsking(): boolean {
    this.#isProbing = true;
    try {
      return typeof this.#stackHere(1) === "string";
    } finally {
      this.#isProbing = false;
    }
  }

  /**
   * Whether the runtime reads a stack, and not the program: then the stack holds our own frames
   * only, or the next one is of the function by which Deno's test runner has it read.
   */
  #isRuntimeReading(): boolean {
    const stack = this.#stackHere(OWN_DEPTH + 1) as string;
    let frames = 0;
    for (let at = indexOf(stack, FRAME); at >= 0; at = indexOf(stack, FRAME, at + 1)) frames++;
    return frames <= OWN_DEPTH || indexOf(stack, TEST_READER) >= 0;
  }

  #stackHere(limit: number): unknown {
    let stack: unknown;
    this.#withLimit(limit, () => stack = new this.#realm.Error().stack);
    return stack;
  }

  /** Does something while V8 takes no more than some frames, unless the program has frozen `Error`. */
  #withLimit(limit: number, body: () => void): void {
    const { Error } = this.#realm;
    const { stackTraceLimit } = Error;
    const isSet = setProperty(Error, STACK_LIMIT, limit);
    try {
      body();
    } finally {
      if (isSet) setProperty(Error, STACK_LIMIT, stackTraceLimit);
    }
  }
}

function notOnStack(): void {}

/** The start of the line of a frame. */
const FRAME = "\n    at ";

/** That frame (libs/core/01_core.js, destructureError). */
const TEST_READER = "destructureError (ext:core/";

/** The frames from the hook to where it is asked who reads. */
const OWN_DEPTH = 6;
