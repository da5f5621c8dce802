import { obstacleOfCommand } from "./needing.ts";

/**
 * Words in front of a command that give it a terminal for prompts, which no one answers. All its
 * output comes out of script(1)'s standard output.
 */
export const TERMINAL: readonly string[] = [
  "bash",
  "-c",
  // Only bash reads bash's quotes, and script(1) runs the shell that SHELL names.
  'SHELL=$BASH exec timeout 60 script -qefc "$(printf "%q " "$@")" /dev/null < /dev/null',
  "bash",
];

/** The reason why there is no terminal; `undefined` if there is one. */
export const obstacleOfTerminal: string | undefined = obstacleOfCommand("script", "--version");
