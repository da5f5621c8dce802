import { type FunctionLabel, functionSymbol } from "../base/symbol_name.ts";
import type { VariableName } from "../base/environment.ts";

/** The environment variable that asks for a report of code that is not instrumented. */
export const VERBOSE_VARIABLE: VariableName = "JS_PERF_VERBOSE";

/**
 * The extent of the report: nothing, the counts at the end, or each file and function as it is met.
 */
export type Verbosity = "silent" | "count" | "list";

/**
 * Parses the variable's value: unset, empty or `0` is silent, `count` counts, any other text lists.
 */
export function parseVerbosity(value: string | undefined): Verbosity {
  if (value === undefined || value === "" || value === "0") return "silent";
  return value === "count" ? "count" : "list";
}

/** Reports the files and functions that were selected but are not instrumented. */
export class LeftAlone {
  #files = 0;
  #functions = 0;
  readonly #say: (line: string) => void;
  readonly #verbosity: Verbosity;

  /**
   * @param say Prints a line for the user.
   * @param verbosity The extent of the report.
   */
  constructor(say: (line: string) => void, verbosity: Verbosity) {
    this.#say = say;
    this.#verbosity = verbosity;
  }

  /** Adds a file in which nothing is instrumented. */
  addFile(name: string, reason: string): void {
    this.#files++;
    this.#list(name, reason);
  }

  /** Adds a function. */
  addFunction(label: FunctionLabel, reason: string): void {
    this.#functions++;
    this.#list(functionSymbol(label), reason);
  }

  /** Prints the counts, if there are any; to be called at the program's end. */
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
