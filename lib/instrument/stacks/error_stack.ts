import { types } from "node:util";

import { activation } from "../../activation/activation.ts";
import { RUNTIME_EXPRESSION } from "../../activation/instrumented_code.ts";
import { apply, defineElement, indexOf } from "../../base/builtins.ts";
import { type CallSite, hasOwnSites, programSites } from "./call_sites.ts";

/** The frames that V8 has to take for one of the program's, at most. */
const FRAMES_PER_FUNCTION = 8;

/** How many frames V8 takes where the program asks for no other number. */
const USUAL_LIMIT = 10;

/** Writes stacks as a runtime does. */
export interface StackDialect {
  /** The frames as the program is to see them. */
  place(sites: readonly CallSite[]): readonly CallSite[];
  /** The text of an error and its frames. */
  format(error: unknown, sites: readonly CallSite[]): string;
  /**
   * What is printed behind the message of an error that ends the program; only where the runtime would
   * print frames of ours.
   *
   * @param isOutermost Whether it is that error, and not what caused it.
   */
  print?(sites: readonly CallSite[], isOutermost: boolean): string;
}

/** A stack without our frames. */
interface Hidden {
  text: unknown;
  sites: readonly CallSite[];
  /** Whether the program, which writes its stacks itself, has not been asked for the text. */
  isDue?: boolean;
  /** Whether V8 has no frames of it any more. */
  isSettled?: boolean;
  /** Whether the line that the error comes from is to be shown too. */
  isOutermost?: boolean;
}

const { captureStackTrace } = Error;
const { isNativeError } = types;

/**
 * Keeps our frames out of the stacks that a program sees: of `error.stack`, and of what is printed when
 * an error ends it.
 *
 * V8 has a runtime write the text of a stack when it is first read, and that asks
 * `Error.prepareStackTrace`. Deno moreover keeps the frames of each error, and prints those when
 * an error ends the program, unless there are none: then it prints `error.stack`. So, of an error
 * that is about to end the program, the stack is taken a second time, with no frames.
 */
export class ErrorStacks {
  readonly #realm: typeof globalThis;
  readonly #dialect: StackDialect;
  /** What the program has at `Error.prepareStackTrace`. */
  #prepare: unknown;
  /** What the program has at `Error.stackTraceLimit`. */
  #limit: unknown = USUAL_LIMIT;
  /** What stands there for it. */
  #ownLimit: unknown;
  /** Stacks that had frames of ours. */
  readonly #hidden = new WeakMap<object, Hidden>();
  #isAsked = false;
  #isSettling = false;

  /**
   * @param realm The global object whose errors are meant.
   * @param dialect How the runtime writes stacks.
   */
  constructor(realm: typeof globalThis, dialect: StackDialect) {
    this.#realm = realm;
    this.#dialect = dialect;
    this.limit = USUAL_LIMIT;
    const hook = (error: unknown, sites: readonly CallSite[]) => this.#write(error, sites);
    Object.defineProperties(realm.Error, {
      prepareStackTrace: {
        configurable: true,
        get: () => this.#isAsked || this.#isRuntimeAsking() ? hook : this.#prepare,
        set: (value) => this.#prepare = value,
      },
      // Instrumented code has this name in the place of `stackTraceLimit`.
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

  /** Takes the frames from an error that is about to end the program, and from what caused it. */
  settle(error: unknown, settled: readonly unknown[] = []): void {
    // What caused an error can have been caused by it.
    if (!isNativeError(error) || settled.includes(error)) return;
    const stack = this.#readStack(error);
    const hidden = this.#hidden.get(error);
    if (hidden !== undefined) {
      if (hidden.text !== stack) {
        // The program has put another text there; the runtime shows the frames all the same.
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
      // A frozen one keeps our frames.
      this.#hidden.delete(error);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  }

  /** What V8 asks for: the text of an error's stack. */
  #write(error: unknown, sites: readonly CallSite[]): unknown {
    if (this.#isAsked) return undefined;
    const hidden = sites.length === 0 ? this.#hidden.get(error as object) : undefined;
    if (hidden?.isSettled) {
      if (this.#isRuntimeReading()) {
        // Deno prints all but the first line of this, which can be anything.
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
    // Of an error that ends a program, the runtime does not ask the program.
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
   * Whether it is the runtime that reads `Error.prepareStackTrace`: while V8 has a stack written, it
   * writes all others itself.
   */
  #isRuntimeAsking(): boolean {
    this.#isAsked = true;
    try {
      return typeof this.#stackHere(1) === "string";
    } finally {
      this.#isAsked = false;
    }
  }

  /** Whether it is the runtime that reads a stack: then nobody has called us. */
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

/** How the line of a frame starts. */
const FRAME = "\n    at ";

/** The frames from the hook to where it is asked who reads. */
const OWN_DEPTH = 4;

function firstSites(sites: readonly CallSite[], count: number): readonly CallSite[] {
  if (sites.length <= count) return sites;
  const first: CallSite[] = [];
  for (let i = 0; i < count; i++) defineElement(first, i, sites[i]);
  return first;
}
