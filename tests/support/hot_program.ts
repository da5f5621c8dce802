import { LEAVE_PID } from "./command_process.ts";

/**
 * Three functions that call each other, hot for as many milliseconds of processor time, or so, as
 * the first argument says.
 */
export const HOT = `${LEAVE_PID}
let sum = 0;
function foo(rounds: number): number {
  for (let i = 0; i < rounds; i++) sum = (sum * 31 + i) | 0;
  return sum;
}
function bar(rounds: number): number { return foo(rounds); }
function baz(rounds: number): number { return bar(rounds); }
for (let i = 0; i < Number(Deno.args[0]); i++) baz(1_000_000);
`;

/** The functions with their lines, from the program's body to the innermost. */
export const HOT_NESTING = ["<module>", "baz:9", "bar:8", "foo:4"];
