import { type CommandName, type CommandOption, optionsOf } from "./options.ts";

/** The width of the help, in columns. */
const WIDTH = 90;

/** The number of columns in front of an option's text. */
const INDENT = 26;

/** The texts of a command's help beside its options. */
export interface HelpText {
  /** The forms of the command line, one a line. */
  usage: readonly string[];
  /** The description, in paragraphs. */
  about: readonly string[];
}

/**
 * Makes the help of a command, with its options of the table.
 *
 * @param command The command.
 * @param text The texts beside the options.
 */
export function commandHelp(command: CommandName, { usage, about }: HelpText): string {
  const options = optionsOf(command);
  const titles = command === "profile" ? ["Recording", "Naming", "Report"] as const : ["Options"];
  return [
    usage.map((line, i) => `${i === 0 ? "Usage:" : "      "} ${line}`).join("\n"),
    ...about.map((paragraph) => wrap(paragraph, WIDTH).join("\n")),
    ...titles.map((title) => {
      const shown = titles.length === 1
        ? options
        : options.filter(({ group = "Recording" }) => group === title);
      return [`${title}:`, ...shown.flatMap((option) => optionLines(option, command))].join("\n");
    }),
  ].join("\n\n");
}

function optionLines(option: CommandOption, command: CommandName): string[] {
  const { commands } = option;
  const own = commands[command];
  const [first, ...rest] = wrap(typeof own === "string" ? own : option.help, WIDTH - INDENT);
  const label = `  ${optionLabel(option)}`;
  const indented = rest.map((line) => " ".repeat(INDENT) + line);
  return label.length < INDENT - 1
    ? [label.padEnd(INDENT) + first, ...indented]
    : [label, " ".repeat(INDENT) + first, ...indented];
}

/** Returns an option with its names and its argument: `-F, --freq N`. */
export function optionLabel({ name, short, argument }: CommandOption): string {
  const long = name.length === 1 ? undefined : `--${name}`;
  const names = [short === undefined ? undefined : `-${short}`, long].filter(Boolean).join(", ");
  return argument === undefined ? names : `${names} ${argument}`;
}

/** Breaks a text between words into lines of at most `width` columns. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}
