import type { VariableName } from "../base/environment.ts";
import type { ParseOptions } from "./command_line.ts";

/** The commands. */
export type CommandName = "run" | "profile" | "report" | "top" | "annotate" | "diff" | "doctor";

/** One option: all that the parser, the help texts and the documentation need. */
export interface CommandOption {
  /** Its name behind two dashes; one letter for an option without a long name. */
  name: string;
  /** Its letter behind one dash. */
  short?: string;
  /** What its value is called; an option without one is a flag. */
  argument?: string;
  /** What it does. */
  help: string;
  /** The commands that have it; those that say it in other words have a text. */
  commands: Readonly<Partial<Record<CommandName, true | string>>>;
  /** Under which title the help of `profile` has it. @default {"Recording"} */
  group?: "Naming" | "Report";
  /** The environment variable by which instrumented programs are told. */
  variable?: VariableName;
  /** Whether only perf can do it, and the built-in sampler cannot. @default {false} */
  isPerfOnly?: boolean;
}

const ENGINES =
  "how functions get their names: auto; v8 by V8's log; trampolines in all of them, " +
  "made by wasm or native";

/** Every option of every command, in the order of the help texts. A new one is a line here and a reader. */
export const OPTIONS: readonly CommandOption[] = [
  {
    name: "sampler",
    argument: "auto|perf|builtin",
    help: "who samples: perf where it may, else the program itself (auto)",
    commands: { profile: true },
  },
  {
    name: "pid",
    short: "p",
    argument: "PID",
    help: "record a program that runs already, until Ctrl-C or --duration",
    commands: { profile: true, top: true },
    isPerfOnly: true,
  },
  {
    name: "top",
    help: "show the hottest functions while the program runs, and keep no recording",
    commands: { profile: true },
    isPerfOnly: true,
  },
  {
    name: "scope",
    argument: "all|active|measure:NAME",
    help: "record all, or while trampolines are on, or from the program's performance.mark(NAME) " +
      "to its performance.measure(NAME)",
    commands: { profile: true, top: true },
    variable: "JS_PERF_SCOPE",
  },
  {
    name: "duration",
    argument: "SECONDS",
    help: "end the recording then, and the script with it",
    commands: { profile: true, top: true },
  },
  {
    name: "freq",
    short: "F",
    argument: "N",
    help: "samples per second (999; 9999 for the demo)",
    commands: { profile: true, top: true },
  },
  {
    name: "g",
    short: "g",
    help: "find callers along the frame pointers; this is the default, except with -X perf_jit",
    commands: { profile: true },
  },
  {
    name: "call-graph",
    argument: "fp|dwarf[,SIZE]",
    help: "how callers are found; SIZE in bytes, at most 65528 (8192)",
    commands: { profile: true },
  },
  {
    name: "event",
    short: "e",
    argument: "EVENT",
    help: "what is counted (cycles, or cpu-clock where there are none)",
    commands: {
      profile: true,
      top: true,
      report: "the event that is reported, where several were recorded",
      annotate: "the event that is shown, where several were recorded",
      diff: "the event that is compared, where several were recorded",
    },
    isPerfOnly: true,
  },
  {
    name: "clockid",
    short: "k",
    argument: "CLOCK",
    help: "the clock of the timestamps; V8's log and a jitdump need mono",
    commands: { profile: true },
    isPerfOnly: true,
  },
  {
    name: "mmap-pages",
    short: "m",
    argument: "N",
    help: "size of perf's buffer, in pages or as 16M",
    commands: { profile: true },
    isPerfOnly: true,
  },
  {
    name: "X",
    short: "X",
    argument: "perf|perf_jit",
    help: "perf names functions, which is the default, and perf=0 names nothing; perf_jit " +
      "instruments every function, with a jitdump instead of a perf map",
    commands: {
      profile: true,
      run:
        "perf is for perf report: V8 inlines nothing, since a perf map has one name for a piece " +
        "of code, and frames by hand are on; perf=0 names nothing; perf_jit instruments every " +
        "function, with a jitdump instead of a perf map",
    },
    group: "Naming",
    variable: "JS_PERF_SUPPORT",
  },
  {
    name: "engine",
    argument: "NAME",
    help: ENGINES,
    commands: { profile: true, top: true, run: true },
    group: "Naming",
    variable: "JS_PERF_ENGINE",
  },
  {
    name: "all-lines",
    help:
      "have Node compile all code at its first call, as Deno does under V8's log, so that all of " +
      "it has lines (Node 26)",
    commands: { profile: true, top: true, run: true },
    group: "Naming",
  },
  {
    name: "inlining",
    help: "with -X perf: let V8 inline functions all the same",
    commands: { run: true },
    group: "Naming",
  },
  {
    name: "toggle-signal",
    argument: "NAME",
    help:
      "the signal that turns trampolines on and off, as SIGUSR2; with -p it is sent before and " +
      "after the recording",
    commands: {
      profile: true,
      top: true,
      run: "the signal that turns trampolines on and off, as SIGUSR2",
    },
    group: "Naming",
    variable: "JS_PERF_TOGGLE_SIGNAL",
  },
  {
    name: "runtime-args",
    argument: "TEXT",
    help: 'flags for the runtime instead of -A, as "--allow-net --allow-ffi"',
    commands: { profile: true, top: true, run: true },
    group: "Naming",
  },
  {
    name: "include",
    argument: "PATTERNS",
    help: "what trampolines instrument: src/**, *_api.ts, npm:acorn",
    commands: { profile: true, run: true },
    group: "Naming",
    variable: "JS_PERF_INCLUDE",
  },
  {
    name: "exclude",
    argument: "PATTERNS",
    help: "what they do not, whatever --include says",
    commands: { profile: true, run: true },
    group: "Naming",
    variable: "JS_PERF_EXCLUDE",
  },
  {
    name: "verbose",
    short: "v",
    help: "list the functions and files that are left as they are, and why",
    commands: { profile: true, run: true },
    group: "Naming",
    variable: "JS_PERF_VERBOSE",
  },
  {
    name: "keep",
    help: "keep the jitdump and the files that perf inject makes of it",
    commands: { profile: true },
    group: "Naming",
  },
  {
    name: "format",
    argument: "LIST",
    help:
      "how, one or several of text (functions and lines by time), perf (a tree as perf draws it), " +
      "html (a flame graph), folded, speedscope and pprof with commas between; files go beside " +
      "the recording (text)",
    commands: {
      profile: true,
      report: true,
      diff: "how, one or both of html (a flame graph) and folded (a stack per line with both " +
        "weights, as difffolded.pl makes them) (html)",
    },
    group: "Report",
  },
  {
    name: "tree",
    argument: "own|full",
    help: "what the text ends with: the calls of the program's functions, or of all frames (own)",
    commands: { profile: true, report: true },
    group: "Report",
  },
  {
    name: "all",
    help: "all lines of the file, and not only those around samples",
    commands: { annotate: true },
  },
  {
    name: "app-only",
    help: "only functions of the program and of its packages",
    commands: { profile: true, report: true, diff: true },
    group: "Report",
  },
  {
    name: "output",
    short: "o",
    argument: "FILE",
    help: "where the recording goes (perf.data or recording.json)",
    commands: {
      profile: true,
      report:
        "where it goes, - for standard output; beside the recording otherwise, as perf.html; " +
        "with several formats, their endings are added",
      diff: "where it goes, - for standard output; beside AFTER otherwise, as perf.diff.html",
    },
  },
  {
    name: "json",
    help: "for programs",
    commands: { doctor: true },
  },
  {
    name: "quiet",
    short: "q",
    help: "nothing on standard error but errors",
    commands: { profile: true, top: true, report: true, annotate: true, diff: true },
    group: "Report",
  },
  {
    name: "help",
    short: "h",
    help: "this text",
    commands: {
      run: true,
      profile: true,
      top: true,
      report: true,
      annotate: true,
      diff: true,
      doctor: true,
    },
  },
];

/** The options of a command. */
export function optionsOf(command: CommandName): CommandOption[] {
  return OPTIONS.filter(({ commands }) => commands[command] !== undefined);
}

/** The options of a command, as the parser wants them. */
export function parseOptionsOf(command: CommandName): ParseOptions {
  return Object.fromEntries(
    optionsOf(command).map(({ name, short, argument }) => [
      name,
      {
        type: argument === undefined ? "boolean" : "string",
        ...(short === undefined ? {} : { short }),
      },
    ]),
  );
}
