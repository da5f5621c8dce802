/**
 * Writes the tables of options and of environment variables into the manual:
 *
 *     deno task docs:tables            write docs/options.md and docs/environment.md
 *     deno task docs:tables --check    compare only; status 1 where they differ
 *
 * The tables stand between two comments in the text and are made of lib/command/options.ts and
 * lib/base/environment.ts.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

import { ENVIRONMENT, type EnvironmentVariable } from "../../lib/base/environment.ts";
import { optionLabel } from "../../lib/command/help.ts";
import { type CommandName, type CommandOption, OPTIONS } from "../../lib/command/options.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The text of each generated part, by the page that it stands in. */
const PAGES: Readonly<Record<string, () => string>> = {
  "docs/options.md": optionTables,
  "docs/environment.md": variableTables,
};

const BEGIN = /<!-- \w+: written by deno task docs:tables -->\n/;
const END = "<!-- end -->";

/** The commands in the order of their sections. */
const COMMANDS: readonly CommandName[] = [
  "profile",
  "top",
  "run",
  "report",
  "annotate",
  "diff",
  "doctor",
];

/** One table of options for each command. */
export function optionTables(options: readonly CommandOption[] = OPTIONS): string {
  return COMMANDS.map((command) => {
    const rows = options.filter(({ commands }) => commands[command] !== undefined)
      .map((option) => optionRow(option, command));
    return `## ${command}\n\n${table(["option", "effect", "variable", "perf only"], rows)}`;
  }).join("\n");
}

function optionRow(option: CommandOption, command: CommandName): string[] {
  const own = option.commands[command];
  return [
    `\`${optionLabel(option)}\``,
    (typeof own === "string" ? own : option.help).replaceAll("*", "\\*"),
    option.variable === undefined ? "" : `\`${option.variable}\``,
    option.isPerfOnly ? "yes" : "",
  ];
}

/** A table of the variables for users, and one of those that the command sets. */
export function variableTables(
  variables: Readonly<Record<string, EnvironmentVariable>> = ENVIRONMENT,
): string {
  const rows = (isInternal: boolean) =>
    Object.entries(variables).filter(([, { isInternal: own = false }]) => own === isInternal)
      .map(([name, { help, readBy, isInherited }]) => [
        `\`${name}\``,
        help,
        isInherited ? "yes" : "",
        `\`lib/${readBy}\``,
      ]);
  const header = ["variable", "effect", "Workers", "read by"];
  return `${table(header, rows(false))}\n## Set by the command\n\n${table(header, rows(true))}`;
}

/** A table as `deno fmt` formats it. */
function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [header, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = header.map((_, i) => Math.max(...cells.map((row) => row[i]!.length)));
  const [titles, ...lines] = cells.map((row) =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |\n`
  );
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |\n`;
  return [titles, rule, ...lines].join("");
}

/**
 * Replaces the generated part of a page.
 *
 * @param text The page.
 * @param generated The new part.
 * @throws {SyntaxError} If the page lacks one of the comments.
 */
export function withTables(text: string, generated: string): string {
  const begin = BEGIN.exec(text);
  const start = begin === null ? -1 : begin.index + begin[0].length;
  const end = text.indexOf(END, start);
  if (start < 0 || end < 0) {
    throw new SyntaxError(`Cannot write tables: the page lacks a comment, must have two`);
  }
  return `${text.slice(0, start)}\n${generated}\n${text.slice(end)}`;
}

function main(args: readonly string[]): void {
  let differences = 0;
  for (const [page, generate] of Object.entries(PAGES)) {
    const text = Deno.readTextFileSync(`${root}/${page}`);
    const wanted = withTables(text, generate());
    if (text === wanted) continue;
    if (args.includes("--check")) {
      differences++;
      console.error(`${page} differs from the tables in lib/: deno task docs:tables writes it`);
    } else {
      Deno.writeTextFileSync(`${root}/${page}`, wanted);
      console.log(`${page} is written`);
    }
  }
  if (differences > 0) Deno.exit(1);
}

if (import.meta.main) main(Deno.args);
