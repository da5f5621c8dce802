import process from "node:process";

import { readVariable } from "../../runtime/runtime.ts";
import type { Ending } from "../program/child.ts";
import { PLAIN, styled } from "../../report/text/terminal.ts";
import { canProfile, type Check, checkFacts } from "./doctor_checks.ts";
import { gatherFacts } from "./doctor_facts.ts";
import { parseCommandLine, usageError } from "../command_line.ts";
import { commandHelp } from "../help.ts";
import { parseOptionsOf } from "../options.ts";

/** The help of `doctor`. */
export const DOCTOR_HELP: string = commandHelp("doctor", {
  usage: [
    "doctor [--json]",
  ],
  about: [
    "Checks this machine, and prints for each fault the command that mends it. The exit " +
    "status is 0 only if a profile can be recorded.",
  ],
});

/**
 * Checks this machine, and prints the findings.
 *
 * @param args The words after `doctor`.
 * @returns Status 0 if a profile can be recorded, 1 if not.
 * @throws {PerfError} With code `usage`, if the command line is wrong.
 */
export function doctor(args: readonly string[]): Promise<Ending> {
  const { options, script } = parseCommandLine(args, parseOptionsOf("doctor"));
  if (script !== undefined) throw usageError(`Cannot use "${script}": doctor takes options only`);
  if (options.has("help")) {
    console.log(DOCTOR_HELP);
    return Promise.resolve({ code: 0, signal: null });
  }
  const facts = gatherFacts();
  const checks = checkFacts(facts);
  const ok = canProfile(checks);
  console.log(
    options.has("json")
      ? JSON.stringify({ ok, checks, support: facts.support }, null, 2)
      : formatChecks(checks, process.stdout.isTTY && !readVariable("NO_COLOR")),
  );
  return Promise.resolve({ code: ok ? 0 : 1, signal: null });
}

const MARKS = { ok: ["✓", "green"], limited: ["!", "yellow"], failed: ["✗", "red"] } as const;

/**
 * Formats the findings as text.
 *
 * @param checks The findings.
 * @param color Whether the marks have colours.
 */
export function formatChecks(checks: readonly Check[], color: boolean): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines: string[] = [];
  for (const { name, status, detail, hint } of checks) {
    const [mark, style] = MARKS[status];
    const shown = styled(mark, style, { ...PLAIN, hasColor: color });
    lines.push(`${shown} ${name.padEnd(width)}  ${detail}`);
    if (hint !== undefined) lines.push(`  ${" ".repeat(width)}  → ${hint}`);
  }
  lines.push("", canProfile(checks) ? "A profile can be recorded." : "No profile can be recorded.");
  return lines.join("\n");
}
