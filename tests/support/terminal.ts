import { obstacleOfCommand } from "./needing.ts";

/**
 * What a program runs under to have a terminal that it can ask on, with nobody there to answer.
 * What it says on any stream comes out of script(1)'s standard output.
 */
export const TERMINAL: readonly string[] = [
  "bash",
  "-c",
  // What bash quotes only bash reads, and script(1) takes the shell that the variable names.
  'SHELL=$BASH exec timeout 60 script -qefc "$(printf "%q " "$@")" /dev/null < /dev/null',
  "bash",
];

/** What is in the way of a terminal; `undefined` where there is one to be had. */
export const obstacleOfTerminal: string | undefined = obstacleOfCommand("script", "--version");
