import Module from "node:module";
import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";

import { apply } from "../base/builtins.ts";
import { disguiseAs } from "./disguise.ts";
import type { LoadContext } from "../source/loaded_source.ts";

/** Whether `require` asks, and not the loader of ECMAScript modules. */
export function isRequired({ conditions = [] }: LoadContext): boolean {
  return conditions.includes("require");
}

/** The text of a module that is required, and what it is if the runtime knows. */
export interface RequiredText {
  text: string;
  format?: string | undefined;
}

/** Instruments the text of a required module; `undefined` where it is to stay as it is. */
export type InstrumentRequired = (
  url: string,
  required: RequiredText,
  isWrapped: boolean,
) => RequiredText | undefined;

/** Members of `node:module` that its types do not declare. */
interface ModuleClass {
  prototype: { _compile: (this: unknown, ...args: unknown[]) => unknown };
  wrap: (text: string) => string;
  wrapper: ArrayLike<string>;
}

/**
 * Instruments required modules at the last step, where the runtime compiles them. Everything that a
 * program does to `require` comes before: hooks, handlers of extensions, its own `_compile`. So these
 * see the program's own text, and the text that they make of it is instrumented.
 */
export function hookRequire(instrument: InstrumentRequired): void {
  const { prototype } = Module as unknown as ModuleClass;
  const wrappers = new Wrappers(Module as unknown as ModuleClass);
  const compile = prototype._compile;
  prototype._compile = disguiseAs(function (this: unknown, ...args: unknown[]): unknown {
    const [text, path, format, ...rest] = args;
    if (typeof text !== "string" || typeof path !== "string" || !isAbsolute(path)) {
      return apply(compile, this, args);
    }
    const url = pathToFileURL(path).href;
    if (wrappers.areReplaced && format !== "module") {
      const wrapped = instrument(url, { text: wrappers.wrap(text) }, true);
      if (wrapped === undefined) return apply(compile, this, args);
      return wrappers.wrapOnceAs(wrapped.text, () => apply(compile, this, args));
    }
    const required = { text, format: format as string | undefined };
    const result = instrument(url, required, false);
    if (result === undefined) return apply(compile, this, args);
    return apply(compile, this, [result.text, path, result.format, ...rest]);
  }, compile);
}

/** The wrapper around the text of a CommonJS module. */
class Wrappers {
  readonly #class: ModuleClass;
  readonly #wrap: ModuleClass["wrap"];
  readonly #start: string | undefined;
  readonly #end: string | undefined;
  #areReplaced = false;

  constructor(moduleClass: ModuleClass) {
    this.#class = moduleClass;
    this.#wrap = moduleClass.wrap;
    [this.#start, this.#end] = [moduleClass.wrapper[0], moduleClass.wrapper[1]];
  }

  /**
   * Whether the program has replaced `Module.wrap` or `Module.wrapper`. From then on the runtime compiles
   * the wrapped text, so columns of the first line count from the start of the wrapper.
   */
  get areReplaced(): boolean {
    const { wrap, wrapper } = this.#class;
    return this.#areReplaced ||= wrap !== this.#wrap || wrapper[0] !== this.#start ||
      wrapper[1] !== this.#end;
  }

  /** The text with what the program puts around it. */
  wrap(text: string): string {
    return this.#class.wrap(text);
  }

  /** Runs a body while the next call of `Module.wrap` returns a given text, whatever it is given. */
  wrapOnceAs(wrapped: string, body: () => unknown): unknown {
    const { wrap } = this.#class;
    const own = () => {
      this.#class.wrap = wrap;
      return wrapped;
    };
    this.#class.wrap = own;
    try {
      return body();
    } finally {
      if (this.#class.wrap === own) this.#class.wrap = wrap;
    }
  }
}
