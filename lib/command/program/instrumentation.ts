import { parseVerbosity, VERBOSE_VARIABLE } from "../../instrument/left_alone.ts";
import { EXCLUDE_VARIABLE, INCLUDE_VARIABLE, makeSelection } from "../../instrument/selection.ts";
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
 * Returns the variables that tell the preloaded code which modules to instrument. Options win over
 * the variables of this process.
 *
 * @throws {RangeError} If a pattern is invalid.
 */
export function instrumentationVariables(
  line: CommandLine,
  { read, directory, counts }: InstrumentationOptions,
): Record<string, string> {
  const list = (option: string, variable: string) => {
    const given = line.options.get(option);
    return given === undefined
      ? { text: read(variable) ?? "", source: variable }
      : { text: given.join(), source: `--${option}` };
  };
  const include = list("include", INCLUDE_VARIABLE);
  const exclude = list("exclude", EXCLUDE_VARIABLE);
  makeSelection({ include, exclude, directory });
  const verbose = line.options.has("verbose") ? "1" : read(VERBOSE_VARIABLE) ?? "";
  return {
    [INCLUDE_VARIABLE]: include.text,
    [EXCLUDE_VARIABLE]: exclude.text,
    [VERBOSE_VARIABLE]: counts && parseVerbosity(verbose) === "silent" ? "count" : verbose,
  };
}
