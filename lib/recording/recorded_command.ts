/** Options of `perf record` of one letter that have a value (tools/perf/builtin-record.c, 6.12). */
const LETTERS_WITH_VALUE = "cCDeFGjkmoprtu";

/** Options of one letter that have their value, if any, in the same word. */
const LETTERS_WITH_SUFFIX = "ISz";

/** Long options that have a value. */
const WORDS_WITH_VALUE: readonly string[] = [
  ...["affinity", "branch-filter", "call-graph", "cgroup", "clang-opt", "clockid", "control"],
  ...["count", "cpu", "delay", "event", "filter", "freq", "max-size", "mmap-flush", "mmap-pages"],
  ...["num-thread-synthesize", "off-cpu-thresh", "output", "pid", "proc-map-timeout", "realtime"],
  ...["setup-filter", "switch-max-files", "synth", "tid", "uid", "vmlinux"],
];

/**
 * Finds the command that `perf record` ran.
 *
 * @param words The whole command line, from `perf` on.
 * @returns The command with its arguments; empty where perf recorded programs that ran already.
 */
export function recordedCommand(words: readonly string[]): readonly string[] {
  return withoutLauncher(recordedWords(words));
}

/** perf puts its own directories first on PATH, so `env` sets the program's PATH again. */
const LAUNCHER = "env";

/** The words that start a program with a given PATH. */
export function pathLauncher(path: string): string[] {
  return [LAUNCHER, `PATH=${path}`];
}

/** A command without {@linkcode pathLauncher}. */
export function withoutLauncher(command: readonly string[]): readonly string[] {
  return command[0] === LAUNCHER && command[1]?.startsWith("PATH=") ? command.slice(2) : command;
}

function recordedWords(words: readonly string[]): readonly string[] {
  const start = words.indexOf("record");
  if (start < 0) return [];
  let at = start + 1;
  for (; at < words.length; at++) {
    const word = words[at]!;
    if (word === "--") return words.slice(at + 1);
    if (!word.startsWith("-") || word === "-") break;
    if (takesNext(word)) at++;
  }
  return words.slice(at);
}

function takesNext(option: string): boolean {
  if (option.startsWith("--")) return WORDS_WITH_VALUE.includes(option.slice(2));
  for (let i = 1; i < option.length; i++) {
    // The rest of the word is the value, if there is any.
    if (LETTERS_WITH_VALUE.includes(option[i]!)) return i === option.length - 1;
    if (LETTERS_WITH_SUFFIX.includes(option[i]!)) return false;
  }
  return false;
}
