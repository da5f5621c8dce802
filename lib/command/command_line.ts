import { parseArgs, type ParseArgsConfig } from "node:util";

import { PerfError } from "../base/perf_error.ts";
import { nearestWord } from "./nearest_word.ts";

/** The options of one command, as `node:util` describes them. */
export type ParseOptions = NonNullable<ParseArgsConfig["options"]>;

/** A parsed command line. */
export interface CommandLine {
  /** Values of our options by long name, in order; a flag has `""`. */
  options: ReadonlyMap<string, readonly string[]>;
  /** The first word that is no option: the script. */
  script: string | undefined;
  /** All words behind the script, unchanged. */
  scriptArgs: string[];
  /** A program with its arguments to run instead of a script; empty where there is none. */
  command: string[];
}

/**
 * Parses a command line. Our options end where the script begins, or at `--`. Any program can
 * follow `--`, as in `profile -- npm test`.
 *
 * @param args The words after the command.
 * @param table The options that the command has.
 * @param takesCommand Whether a program can stand behind `--`.
 * @throws {PerfError} With code `usage`, if an option is unknown, lacks its value or takes none.
 */
export function parseCommandLine(
  args: readonly string[],
  table: ParseOptions,
  { takesCommand = false }: { takesCommand?: boolean } = {},
): CommandLine {
  // A strict parser would refuse values that begin with a dash, such as `--runtime-args
  // --allow-net`, and would check the script's own arguments.
  const { tokens } = parseArgs({
    args: [...args],
    options: table,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const options = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === "positional") {
      const [script, ...scriptArgs] = args.slice(token.index);
      return { options, script, scriptArgs, command: [] };
    }
    if (token.kind === "option-terminator") {
      const words = args.slice(token.index + 1);
      if (takesCommand && words.length > 0 && !isScript(words[0]!)) {
        return { options, script: undefined, scriptArgs: [], command: words };
      }
      continue;
    }
    const { name, rawName, value } = token;
    const option = Object.hasOwn(table, name) ? table[name]! : undefined;
    // X and g have no long name, so `--X` and `--g` are unknown.
    if (option === undefined || rawName === `--${option.short}`) {
      const meant = nearestWord(name, Object.keys(table).filter(({ length }) => length > 1));
      throw usageError(`Cannot use option "${rawName}": it is unknown`, {
        meant: meant && `--${meant}`,
      });
    }
    if (option.type === "string" && value === undefined) {
      throw usageError(`Cannot use option "${rawName}": its value is missing`);
    }
    if (option.type === "boolean" && value !== undefined) {
      throw usageError(`Cannot use option "${rawName}" with value "${value}": it takes none`);
    }
    options.set(name, [...options.get(name) ?? [], value ?? ""]);
  }
  return { options, script: undefined, scriptArgs: [], command: [] };
}

/** Whether a word behind `--` is a script for the runtime, not a program. */
function isScript(word: string): boolean {
  return word === "-" || /\.[cm]?[jt]sx?$/.test(word) || /^[a-z][a-z+.-]+:/.test(word);
}

/**
 * Parses a command line whose words are files. Options may follow the files.
 *
 * @param args The words after the command.
 * @param table The options that the command has.
 * @throws {PerfError} With code `usage`, as {@linkcode parseCommandLine} does.
 */
export function parseFileCommandLine(
  args: readonly string[],
  table: ParseOptions,
): { line: CommandLine; files: string[] } {
  const files: string[] = [];
  const options = new Map<string, readonly string[]>();
  for (let rest = args; rest.length > 0;) {
    const part = parseCommandLine(rest, table);
    for (const [name, values] of part.options) {
      options.set(name, [...options.get(name) ?? [], ...values]);
    }
    if (part.script !== undefined) files.push(part.script);
    rest = part.scriptArgs;
  }
  return { line: { options, script: undefined, scriptArgs: [], command: [] }, files };
}

/** Returns the value of an option: the last one where it was given more than once. */
export function lastValue(line: CommandLine, name: string): string | undefined {
  return line.options.get(name)?.at(-1);
}

/**
 * Makes the error for a wrong command line.
 *
 * @param message What cannot be done, and why.
 * @param options The word that the user probably meant.
 */
export function usageError(message: string, { meant }: { meant?: string } = {}): PerfError {
  const help = "--help lists commands and options";
  return new PerfError(message, {
    code: "usage",
    hint: meant === undefined ? help : `did you mean ${meant}? ${help}`,
  });
}
