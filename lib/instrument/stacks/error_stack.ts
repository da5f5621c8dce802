import { types } from "node:util";

import { activation } from "../../activation/activation.ts";
import { RUNTIME_EXPRESSION } from "../../activation/instrumented_code.ts";
import { apply, defineElement, indexOf } from "../../base/builtins.ts";
import { type CallSite, hasOwnSites, programSites } from "./call_sites.ts";

/** The most frames that V8 must collect for one frame of the program. */
const FRAMES_PER_FUNCTION = 8;

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
  /** The program's own `Error.prepareStackTrace`. */
  #prepare: unknown;
  /** The program's own `Error.stackTraceLimit`. */
  #limit: unknown = USUAL_LIMIT;
  /** The value that V8 has in its place. */
  #ownLimit: unknown;
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
    this.limit = USUAL_LIMIT;
    const hook = (error: unknown, sites: readonly CallSite[]) => this.#write(error, sites);
    Object.defineProperties(realm.Error, {
      prepareStackTrace: {
        configurable: true,
        get: () => this.#isProbing || this.#isRuntimeAsking() ? hook : this.#prepare,
        set: (value) => this.#prepare = value,
      },
      // Instrumented code reads and writes this property in place of `stackTraceLimit`.
      [RUNTIME_EXPRESSION]: {
        configurable: true,
        get: () => this.limit,
        set: (limit) => this.limit = limit,
      },
    });
  }

  /** `Error.stackTraceLimit` as the program sees it. */
  get limit(): unknown {
    const { stackTraceLimit } = this.#realm.Error;
    return stackTraceLimit === this.#ownLimit ? this.#limit : stackTraceLimit;
  }

  set limit(limit: unknown) {
    this.#limit = limit;
    this.#ownLimit = typeof limit === "number" ? limit * FRAMES_PER_FUNCTION : limit;
    this.#realm.Error.stackTraceLimit = this.#ownLimit as number;
  }

  /** Removes the frames of an error that is about to end the program, and of its causes. */
  settle(error: unknown, settled: readonly unknown[] = []): void {
    // Causes can form a cycle.
    if (!isNativeError(error) || settled.includes(error)) return;
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
    const { Error } = this.#realm;
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      captureStackTrace(error);
    } catch {
      // A frozen error keeps our frames.
      this.#hidden.delete(error);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  }

  /** Returns the text of an error's stack, when V8 calls the hook for it. */
  #write(error: unknown, sites: readonly CallSite[]): unknown {
    if (this.#isProbing) return undefined;
    const hidden = sites.length === 0 ? this.#hidden.get(error as object) : undefined;
    if (hidden?.isSettled) {
      if (this.#isRuntimeReading()) {
        // Deno prints all but the first line of this, so that line can be anything.
        return `Error${this.#dialect.print!(hidden.sites, hidden.isOutermost!)}`;
      }
      if (hidden.isDue) hidden.text = this.#format(error, hidden.sites);
      hidden.isDue = false;
      return hidden.text;
    }
    const limit = typeof this.limit === "number" ? this.limit : 0;
    const program = hasOwnSites(sites)
      ? programSites(sites, (id) => activation.label(id)?.name)
      : sites;
    const seen = this.#dialect.place(firstSites(program, limit));
    // For an error that ends the program, the runtime does not call the program's
    // `prepareStackTrace`.
    const isDue = this.#isSettling && typeof this.#prepare === "function";
    const text = isDue ? this.#dialect.format(error, seen) : this.#format(error, seen);
    if (isDue || seen !== sites) {
      this.#hidden.set(error as object, { text, sites: seen, isDue });
    }
    return text;
  }

  #format(error: unknown, sites: readonly CallSite[]): unknown {
    return typeof this.#prepare === "function"
      ? apply(this.#prepare, this.#realm.Error, [error, sites])
      : this.#dialect.format(error, sites);
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
   * only.
   */
  #isRuntimeReading(): boolean {
    const stack = this.#stackHere(OWN_DEPTH + 1) as string;
    let frames = 0;
    for (let at = indexOf(stack, FRAME); at >= 0; at = indexOf(stack, FRAME, at + 1)) frames++;
    return frames <= OWN_DEPTH;
  }

  #stackHere(limit: number): unknown {
    const { Error } = this.#realm;
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = limit;
    try {
      return new Error().stack;
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  }
}

/** The start of a frame's line. */
const FRAME = "\n    at ";

/** Number of frames from the hook to #isRuntimeReading(). */
const OWN_DEPTH = 4;

function firstSites(sites: readonly CallSite[], count: number): readonly CallSite[] {
  if (sites.length <= count) return sites;
  const first: CallSite[] = [];
  for (let i = 0; i < count; i++) defineElement(first, i, sites[i]);
  return first;
}
