import { types } from "node:util";

import { activation } from "../../activation/activation.ts";
import { apply, defineProperty, indexOf, setProperty } from "../../base/builtins.ts";
import { STACK_LIMIT } from "../traits/stack_limit.ts";
import { type CallSite, programSites } from "./call_sites.ts";
import { restoreErrorMessage } from "./messages.ts";

/**
 * The frames that V8 has to take for one of the program's, at most. While trampolines are off, a
 * function of which a piece became an arrow function has three.
 */
export const FRAMES_PER_FUNCTION = { on: 8, off: 3 };

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
  /** The runtime's own `Error.prepareStackTrace`; `undefined` in Deno. */
  readonly #usualPrepare: unknown;
  /** The program's `Error.prepareStackTrace`. */
  #prepare: unknown;
  /** The program's `Error.stackTraceLimit`. */
  #limit: unknown = USUAL_LIMIT;
  /** The value of the property for it. */
  #ownLimit: unknown;
  #framesPerFunction = FRAMES_PER_FUNCTION.off;
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
      set: (value) => this.#prepare = value === hook ? this.#usualPrepare : value,
    });
  }

  /** Whether the program may see the hook: where the runtime has a function of its own there. */
  #isHookSeen(): boolean {
    return this.#isAsked ||
      (this.#prepare === this.#usualPrepare && typeof this.#usualPrepare === "function");
  }

  /**
   * Has V8 take as many frames as it needs for the program's, now that trampolines are on or off.
   * V8 reads a data property, so there is no way to tell V8 another number than all who read it.
   */
  switch(isOn: boolean): void {
    const { limit } = this;
    this.#framesPerFunction = FRAMES_PER_FUNCTION[isOn ? "on" : "off"];
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
    return stackTraceLimit === this.#ownLimit ? this.#limit : stackTraceLimit;
  }

  set limit(limit: unknown) {
    this.#setLimit(limit);
  }

  /** Whether it could be set: the program can have frozen `Error`. */
  #setLimit(limit: unknown): boolean {
    const ownLimit = typeof limit === "number" ? limit * this.#framesPerFunction : limit;
    const isSet = setProperty(this.#realm.Error, STACK_LIMIT, ownLimit);
    if (isSet) [this.#limit, this.#ownLimit] = [limit, ownLimit];
    return isSet;
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
    try {
      // V8 takes no frame until it meets the function, but for those of WebAssembly; with a limit of
      // none it takes none, but a program can have frozen the limit.
      return this.#withLimit(0, () => captureStackTrace(error, notOnStack));
    } catch {
      // A frozen error keeps our frames.
    }
    this.#hidden.delete(error);
  }

  /** What V8 asks for: the text of an error's stack. */
  #write(error: unknown, sites: readonly CallSite[]): unknown {
    if (this.#isAsked) return undefined;
    restoreErrorMessage(error);
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
    const program = programSites(sites, (id) => activation.label(id)?.name, limit);
    const seen = this.#dialect.place(program);
    // Of an error that ends a program, the runtime does not ask the program.
    const isDue = this.#isSettling && this.#isPrepared();
    const text = isDue ? this.#dialect.format(error, seen) : this.#format(error, seen);
    if (isDue || seen !== sites) {
      this.#hidden.set(error as object, { text, sites: seen, isDue });
    }
    return text;
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

/** How the line of a frame starts. */
const FRAME = "\n    at ";

/** The frames from the hook to where it is asked who reads. */
const OWN_DEPTH = 6;
