import { parseArgs } from "node:util";

import type { OptionTable } from "./options.ts";

/** The program that a command line names. */
export type ProgramWords =
  /** A script for the runtime that runs the command: `profile app.ts`. */
  | { kind: "script"; script: string; args: string[] }
  /** A command line of its own: `profile -- deno test`. */
  | { kind: "command"; command: [program: string, ...args: string[]] };

/**
 * Decides what the words after the options are. After `--` they are a command, as in `env` and `npx`;
 * a URL or the name of a source file there is a script all the same.
 *
 * @param args The words after `run` or `profile`.
 * @param table The options that the command has.
 * @returns `undefined` where no program is named.
 */
export function programWords(
  args: readonly string[],
  table: OptionTable,
): ProgramWords | undefined {
  const { tokens } = parseArgs({
    args: [...args],
    options: table,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const first = tokens.find(({ kind }) => kind === "positional");
  if (first === undefined) return undefined;
  // `-o --` takes the dashes for its value, and they are no terminator.
  const terminator = tokens.find(({ kind }) => kind === "option-terminator");
  const [program, ...rest] = args.slice(first.index) as [string, ...string[]];
  const isCommand = terminator !== undefined && terminator.index < first.index &&
    !isScript(program);
  return isCommand
    ? { kind: "command", command: [program, ...rest] }
    : { kind: "script", script: program, args: rest };
}

/** Whether a word can be nothing but a script. */
function isScript(word: string): boolean {
  return word === "-" || /^[a-z][a-z+.-]+:/.test(word) || /\.[cm]?[jt]sx?$/.test(word);
}
