import { Activation } from "../../lib/activation/activation.ts";
import { OFF, ON } from "../../lib/activation/instrumented_code.ts";
import { APPLY, type Engine, ENTRIES } from "../../lib/engines/engine.ts";
import type { SourceKind } from "../../lib/source/syntax_tree.ts";
import { transform, type Transformed } from "../../lib/instrument/rewrite/transform.ts";

/** The runtime of code under test, as in a program, but without a backend. It notes the calls. */
export class Runtime extends Activation {
  /**
   * The functions that were called inside their trampolines, in turn; the first one is number 1.
   */
  readonly ids: number[] = [];

  /**
   * @param args The form of each function, by number.
   * @param engine The engine of the trampolines; without one, functions are called plainly.
   */
  constructor(args: readonly number[], engine?: Engine) {
    super();
    this.turn(true);
    engine?.prepare(0, args);
    for (const name of ENTRIES) {
      this[name] = (id, fn, self, ...given) => {
        this.ids.push(id);
        if (engine !== undefined) return engine.entries[name](id, fn, self, ...given);
        return Reflect.apply(
          fn as () => unknown,
          self,
          args[id] === APPLY && name === "e1" ? given[0] as unknown[] : given,
        );
      };
    }
  }

  /** Turns it off as `deactivate` does, or on again. */
  turn(on: boolean): void {
    this.state = on ? ON : OFF;
  }
}

/** Options of {@linkcode instrument}. */
export interface InstrumentOptions {
  /** @default {"module"} */
  kind?: SourceKind;
  /** The engine of the functions' trampolines. @default {none} */
  engine?: Engine;
}

/** An instrumented text. */
export interface Instrumented extends Transformed {
  /** The global name by which it reaches its runtime. */
  global: string;
  runtime: Runtime;
}

let count = 0;

/** Instruments a text for a runtime of its own. */
export function instrument(
  text: string,
  { kind = "module", engine }: InstrumentOptions = {},
): Instrumented {
  const global = `$test${count++}`;
  const transformed = transform(text, { url: "file:///app.ts", kind, firstId: 1, runtime: global });
  const args = [0, ...transformed.functions.map(({ args }) => args)];
  const runtime = new Runtime(args, engine);
  Object.defineProperty(globalThis, global, { value: runtime });
  return { ...transformed, global, runtime };
}

/**
 * The code without its source map and the marks of its edits; `$` is the runtime, 0 the first
 * number.
 */
export function code(text: string, kind: SourceKind = "module"): string {
  const options = { url: "file:///app.ts", kind, firstId: 0, runtime: "$" };
  const { source } = transform(text, options);
  return source.slice(0, source.lastIndexOf("\n//# sourceMappingURL="))
    .replace(/\/\*\$[<>].*?\*\//g, "");
}

/** Returns the guard at the start of a function, which calls the function again by `call`. */
export function guard(call: string, id = 1): string {
  return `{if($.state)if($.state!==${id})` +
    `{$.state=${id};return ${entryCall(call)}}else $.state=-1}`;
}

/** Returns the guard in front of an expression; the expression and a parenthesis follow. */
export function guardedExpression(call: (fn: string) => string, id = 1, fn = "f"): string {
  return `$.state&&$.state!==${id}?${entryCall(call(`($.state=${id},${fn})`))}:($.state&&=-1,`;
}

/** Makes `(0,$.e1)(…)` of `e1(…)`. */
function entryCall(call: string): string {
  const end = call.indexOf("(");
  return `(0,$.${call.slice(0, end)})${call.slice(end)}`;
}

/** The names of the functions that were called inside their trampolines, each once. */
export function calledNames({ functions, runtime }: Instrumented): string[] {
  return [...new Set(runtime.ids)].map((id) => functions[id - 1]!.name);
}

/** Runs a CommonJS module, and returns its exports. */
export function runCommonJs(source: string): Record<string, unknown> {
  const module = { exports: {} };
  new Function("exports", "require", "module", "__filename", "__dirname", source)
    .call(module.exports, module.exports, undefined, module, "/app.cjs", "/");
  return module.exports;
}

let imports = 0;

/** Imports a text as a new module, and returns its exports. */
export async function importModule(source: string): Promise<Record<string, unknown>> {
  const text = `${encodeURIComponent(source)}%0A//${imports++}`;
  return { ...await import(`data:text/javascript,${text}`) };
}
