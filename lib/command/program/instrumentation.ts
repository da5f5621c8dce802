import { parseVerbosity, VERBOSE_VARIABLE } from "../../instrument/left_alone.ts";
import { EXCLUDE_VARIABLE, INCLUDE_VARIABLE, makeSelection } from "../../instrument/selection.ts";
import type { ReadVariable } from "../../activation/switches.ts";
import type { CommandLine } from "../command_line.ts";

/** What {@linkcode instrumentationVariables} is told besides the command line. */
export interface InstrumentationOptions {
  /** Reads the environment. */
  read: ReadVariable;
  /** The directory that the script starts in. */
  directory: string;
  /** Whether the script says at its end how much was left as it is, where nobody asks for more. */
  counts: boolean;
}

/**
 * The variables that tell the preloaded code what to instrument; options win over the variables of
 * this process.
 *
 * @throws {RangeError} If a pattern is none.
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
