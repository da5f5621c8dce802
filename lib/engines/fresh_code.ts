import { Script } from "node:vm";

import { apply } from "../base/builtins.ts";

const { runInThisContext } = Script.prototype;

/**
 * An expression that is evaluated again and again, so that the functions it makes have type
 * feedback of their own.
 *
 * V8 keeps what it learns of a function (which functions it calls, which objects it sees) with the
 * place in the source that made it, and shares it among all closures of that place. A closure that
 * calls its `fn` then seems to call many different functions, so V8 cannot inline them. Each run of
 * a script starts without feedback: V8 compiles its closures one by one, takes what they close over
 * for constants, and inlines `fn`.
 *
 * A script also works where a program may not generate code from strings.
 */
export class FreshCode<Value> {
  readonly #expression: string;
  readonly #file: string;
  #script: Script | undefined;

  /**
   * @param expression The expression, which sees globals only.
   * @param file The module of this package that stacks of errors show for its functions.
   */
  constructor(expression: string, file: string) {
    this.#expression = expression;
    this.#file = file;
  }

  /** The value of the expression, evaluated again. */
  evaluate(): Value {
    this.#script ??= new Script(`"use strict";(${this.#expression})`, { filename: this.#file });
    return apply(runInThisContext, this.#script, []) as Value;
  }
}
