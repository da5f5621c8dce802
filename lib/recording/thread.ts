/** A thread, while it had one name. */
export interface Thread {
  /** The number of the process. */
  pid: number;
  /** The number of the thread. */
  tid: number;
  /** The thread's name, as the kernel has it. */
  name: string;
}

/** Facts that {@linkcode threadLabels} decides by. */
export interface LabelFacts {
  /** The processes whose samples have JavaScript in them. */
  scripted: ReadonlySet<number>;
  /** Command lines of processes, with the program first. */
  commands?: ReadonlyMap<number, readonly string[]>;
}

/**
 * Decides the labels of threads in reports. A label is the thread's name, so equally named threads
 * are one. Where several processes ran JavaScript, the labels of their threads have the process
 * too.
 *
 * @param threads The threads.
 * @param facts Facts of their processes.
 * @returns A label for each, such as `deno`, or `node 4711 "vite build"`.
 */
export function threadLabels(
  threads: readonly Thread[],
  { scripted, commands }: LabelFacts,
): string[] {
  return threads.map(({ pid, name }) => {
    // A line break would end the line of a report.
    // deno-lint-ignore no-control-regex -- control characters are what is searched for
    const label = name.replace(/[\0-\x1f\x7f]/g, " ");
    if (scripted.size < 2 || !scripted.has(pid)) return label;
    const command = shortCommand(commands?.get(pid) ?? []);
    return command === "" ? `${label} ${pid}` : `${label} ${pid} "${command}"`;
  });
}

/** The most characters of a command line in a label. */
const COMMAND_LENGTH = 40;

/** Returns the script with its arguments, without directories and the runtime's own options. */
function shortCommand(command: readonly string[]): string {
  const args = withoutOptions(command.slice(1));
  // Deno's `run` has options of its own, and `fork` gives it many.
  const words = (args[0] === "run" ? withoutOptions(args.slice(1)) : args).map((word) =>
    word.slice(word.lastIndexOf("/") + 1) || word
  );
  const characters = [...words.join(" ").replace(/\s+/g, " ")];
  if (characters.length <= COMMAND_LENGTH) return characters.join("");
  return `${characters.slice(0, COMMAND_LENGTH - 1).join("")}…`;
}

/** The words from the first on that is no option; all where there is none. */
function withoutOptions(words: readonly string[]): readonly string[] {
  const start = words.findIndex((word) => !word.startsWith("-"));
  return start < 0 ? words : words.slice(start);
}
