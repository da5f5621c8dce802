import { type FunctionLabel, functionSymbol } from "../base/symbol_name.ts";
import type { VariableName } from "../base/environment.ts";

/** The environment variable that asks for what was left alone. */
export const VERBOSE_VARIABLE: VariableName = "JS_PERF_VERBOSE";

/** What is said of it: nothing, how much it was at the end, or each when it is met. */
export type Verbosity = "silent" | "count" | "list";

/** Reads the variable: unset, empty or `0` is silent, `count` the number, anything else all. */
export function parseVerbosity(value: string | undefined): Verbosity {
  if (value === undefined || value === "" || value === "0") return "silent";
  return value === "count" ? "count" : "list";
}

/** What of a program is not instrumented though it was to be. */
export class LeftAlone {
  #files = 0;
  #functions = 0;
  readonly #say: (line: string) => void;
  readonly #verbosity: Verbosity;

  /**
   * @param say Tells the user a line.
   * @param verbosity What is said.
   */
  constructor(say: (line: string) => void, verbosity: Verbosity) {
    this.#say = say;
    this.#verbosity = verbosity;
  }

  /** A whole file. */
  addFile(name: string, reason: string): void {
    this.#files++;
    this.#list(name, reason);
  }

  /** A function. */
  addFunction(label: FunctionLabel, reason: string): void {
    this.#functions++;
    this.#list(functionSymbol(label), reason);
  }

  /** Says at the end how much it was, if anything. */
  end(): void {
    const count = this.#files + this.#functions;
    if (this.#verbosity === "silent" || count === 0) return;
    const counts = [counted(this.#functions, "function"), counted(this.#files, "file")];
    const more = this.#verbosity === "count" ? "; --verbose says which" : "";
    this.#say(
      `${counts.filter(Boolean).join(" and ")} ${
        count === 1 ? "runs as it is" : "run as they are"
      }${more}`,
    );
  }

  #list(name: string, reason: string): void {
    if (this.#verbosity === "list") this.#say(`left as it is: ${name}: ${reason}`);
  }
}

function counted(count: number, what: string): string {
  return count === 0 ? "" : `${count} ${what}${count === 1 ? "" : "s"}`;
}
