import { parseVerbosity, VERBOSE_VARIABLE } from "../../instrument/left_alone.ts";
import {
  EXCLUDE_VARIABLE,
  INCLUDE_VARIABLE,
  makeSelection,
  type PatternList,
  splitPatterns,
} from "../../instrument/selection.ts";
import type { VariableName } from "../../base/environment.ts";
import type { ReadVariable } from "../../activation/switches.ts";
import type { CommandLine } from "../command_line.ts";

/** Facts for {@linkcode instrumentationVariables} besides the command line. */
export interface InstrumentationOptions {
  /** Reads the environment. */
  read: ReadVariable;
  /** The directory that the script starts in. */
  directory: string;
  /**
   * Whether a script that is not verbose still prints, at its end, how much was not instrumented.
   */
  counts: boolean;
}

/**
 * Returns the patterns of the modules to instrument. Options win over the variables of this process.
 *
 * @throws {RangeError} If an option names no pattern.
 */
export function patternLists(
  line: CommandLine,
  read: ReadVariable,
): { include: PatternList; exclude: PatternList } {
  const list = (option: string, variable: VariableName) => {
    const given = line.options.get(option);
    if (given === undefined) return { text: read(variable) ?? "", source: variable };
    if (given.every((text) => splitPatterns(text).length === 0)) {
      throw new RangeError(`Cannot use --${option} "${given.join()}": must name a pattern`);
    }
    return { text: given.join(), source: `--${option}` };
  };
  return {
    include: list("include", INCLUDE_VARIABLE),
    exclude: list("exclude", EXCLUDE_VARIABLE),
  };
}

/**
 * Returns the variables that tell the preloaded code which modules to instrument. Options win over
 * the variables of this process.
 *
 * @throws {RangeError} If a pattern is invalid.
 */
export function instrumentationVariables(
  line: CommandLine,
  { read, directory, counts }: InstrumentationOptions,
): Record<string, string> {
  const { include, exclude } = patternLists(line, read);
  makeSelection({ include, exclude, directory });
  const verbose = line.options.has("verbose") ? "1" : read(VERBOSE_VARIABLE) ?? "";
  return {
    [INCLUDE_VARIABLE]: include.text,
    [EXCLUDE_VARIABLE]: exclude.text,
    [VERBOSE_VARIABLE]: counts && parseVerbosity(verbose) === "silent" ? "count" : verbose,
  };
}
