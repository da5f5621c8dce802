import type { VariableName } from "../base/environment.ts";
import type { ParseOptions } from "./command_line.ts";
import { JIT_STACK_DUMP_SIZE, MAX_STACK_DUMP_SIZE } from "../perf/call_graph.ts";
import { DEFAULT_MAX_SIZE } from "../perf/max_size.ts";
import { ENGINE_OPTIONS } from "./program/naming.ts";

/** The commands. */
export type CommandName = "run" | "profile" | "report" | "top" | "annotate" | "diff" | "doctor";

/** One option, with everything that the parser, the help texts and the documentation need. */
export interface CommandOption {
  /** The name behind two dashes; one letter for an option without a long name. */
  name: string;
  /** The letter behind one dash. */
  short?: string;
  /** The name of the option's value; an option without one is a flag. */
  argument?: string;
  /** The help text. */
  help: string;
  /** The commands that have the option. A text replaces {@linkcode help} for that command. */
  commands: Readonly<Partial<Record<CommandName, true | string>>>;
  /** The option's heading in the help of `profile`. @default {"Recording"} */
  group?: "Naming" | "Report";
  /** The environment variable that tells the option to instrumented programs. */
  variable?: VariableName;
  /** Whether only perf can do it, not the built-in sampler. @default {false} */
  isPerfOnly?: boolean;
}

/**
 * All options of all commands, in the order of the help. A new option needs an entry and a reader.
 */
export const OPTIONS: readonly CommandOption[] = [
  {
    name: "sampler",
    argument: "auto|perf|builtin",
    help: "perf, or the sampler inside the program; auto takes perf where it may record (auto)",
    commands: {
      profile: true,
      run:
        "with --push or --listen: perf, or the sampler inside the program; auto takes perf where it may " +
        "record (auto)",
    },
  },
  {
    name: "alloc",
    help: "record memory instead of time: the objects that functions allocate, also those that " +
      "were collected since; V8 samples its heap",
    commands: { profile: true },
  },
  {
    name: "live",
    help: "record memory instead of time: the objects that are still held at the end, by the " +
      "functions that allocated them",
    commands: { profile: true },
  },
  {
    name: "native-memory",
    help: "record memory instead of time: by perf, the memory that the kernel gives the program, " +
      "ArrayBuffers and native code included, at the lines that touch it first",
    commands: { profile: true },
    isPerfOnly: true,
  },
  {
    name: "interval",
    argument: "BYTES",
    help: "of memory: a sample each so many bytes, on average, as 32K (1M; 64K with " +
      "--native-memory)",
    commands: { profile: true },
  },
  {
    name: "no-inlining",
    help: "with --alloc or --live: have V8 inline no function, so that each has its own objects; " +
      "programs take about 1.3 times as long",
    commands: { profile: true },
  },
  {
    name: "snapshot-signal",
    argument: "NAME",
    help:
      "with --alloc or --live: the signal at which the memory of that moment is recorded too, " +
      "as SIGUSR2; beside FILE.json, as FILE.1.json",
    commands: { profile: true },
  },
  {
    name: "pid",
    short: "p",
    argument: "PID",
    help: "record a running process until Ctrl-C or --duration",
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
    name: "wall",
    help: "record real time instead of processor time: threads that run, that wait for a " +
      "processor, and that are blocked, with the place and the system call",
    commands: { profile: true },
  },
  {
    name: "scope",
    argument: "all|active|measure:NAME",
    help: "record everything; or only while trampolines are on (active); or only from " +
      "performance.mark(NAME) to performance.measure(NAME) in the program (all)",
    commands: { profile: true, top: true },
    variable: "JS_PERF_SCOPE",
  },
  {
    name: "await",
    help: "record too how long each await of the script waits, by the chain of async callers; " +
      "with --spans, where the time of spans goes: running, waiting, ready",
    commands: { profile: true },
  },
  {
    name: "spans",
    help:
      "record spans: span() and performance.measure() in the script, and HTTP requests that it " +
      "answers",
    commands: { profile: true },
  },
  {
    name: "duration",
    argument: "SECONDS",
    help: "end the recording after this time, and the script with it",
    commands: { profile: true, top: true },
  },
  {
    name: "max-size",
    argument: "SIZE",
    help:
      "end the recording when it and V8's logs have so many bytes, as 500M or 4G, and the script " +
      `with it (${DEFAULT_MAX_SIZE})`,
    commands: { profile: true },
  },
  {
    name: "freq",
    short: "F",
    argument: "N",
    help: "samples per second (999; 9999 for the demo)",
    commands: {
      profile: true,
      top: true,
      run: "with --push or --listen: samples per second of processor time (99)",
    },
  },
  {
    name: "g",
    short: "g",
    help: "find callers by frame pointers; the default, except with -X perf_jit",
    commands: { profile: true },
  },
  {
    name: "call-graph",
    argument: "fp|dwarf[,SIZE]",
    help: `find callers by frame pointers, or by unwinding SIZE copied bytes of stack, at most ` +
      `${MAX_STACK_DUMP_SIZE} (8192; ${JIT_STACK_DUMP_SIZE} with -X perf_jit)`,
    commands: { profile: true },
  },
  {
    name: "event",
    short: "e",
    argument: "EVENT",
    help: "the event to count (cycles, or cpu-clock where the machine has no cycles)",
    commands: {
      profile: true,
      top: true,
      report: "the event to report, where several were recorded",
      annotate: "the event to show, where several were recorded",
      diff: "the event to compare, where several were recorded",
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
    help: "the size of perf's buffer: a number of pages, or a size as 16M",
    commands: { profile: true },
    isPerfOnly: true,
  },
  {
    name: "max-stack",
    argument: "N",
    help: "keep so many frames of a stack; more than the kernel's limit (127) need root, and the " +
      "limit is raised while this records",
    commands: { profile: true },
    isPerfOnly: true,
  },
  {
    name: "X",
    short: "X",
    argument: "perf|perf_jit",
    help: "perf names functions, perf=0 names nothing, perf_jit instruments every function and " +
      "writes a jitdump instead of a perf map (perf)",
    commands: {
      profile: true,
      run: "perf is for perf report: V8 inlines nothing, because a perf map has one name for a " +
        "piece of code, and withPerf() makes frames; perf=0 names nothing; perf_jit instruments " +
        "every function and writes a jitdump instead of a perf map",
    },
    group: "Naming",
    variable: "JS_PERF_SUPPORT",
  },
  {
    name: "engine",
    argument: ENGINE_OPTIONS.join("|"),
    help:
      "how functions get their names: v8 by V8's log; trampolines in all of them, made by wasm " +
      "or native; auto is v8 where that can be",
    commands: { profile: true, top: true, run: true },
    group: "Naming",
    variable: "JS_PERF_ENGINE",
  },
  {
    name: "all-lines",
    help: "have Node compile each function at its first call, as Deno does, so that all code has " +
      "lines (Node 26)",
    commands: { profile: true, top: true, run: true },
    group: "Naming",
  },
  {
    name: "inlining",
    help: "with -X perf: let V8 inline functions",
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
    help: "modules that trampolines instrument, as src/**, *_api.ts, npm:acorn",
    commands: { profile: true, run: true },
    group: "Naming",
    variable: "JS_PERF_INCLUDE",
  },
  {
    name: "exclude",
    argument: "PATTERNS",
    help: "modules that trampolines leave alone, even where --include names them",
    commands: { profile: true, run: true },
    group: "Naming",
    variable: "JS_PERF_EXCLUDE",
  },
  {
    name: "verbose",
    short: "v",
    help: "list the functions and files that are not instrumented, with the reason",
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
      "formats of the report, separated by commas: text (functions and lines by time), perf (a tree as perf prints it), html (a page), markdown, cpuprofile " +
      "(Chrome DevTools, VS Code; a file for each thread), firefox (Firefox Profiler), folded, " +
      "speedscope, pprof, heapprofile (memory, for Chrome DevTools and VS Code); files go beside " +
      "the recording (text)",
    commands: {
      profile: true,
      report: true,
      diff: "formats, separated by commas: text, html (a page), folded (a stack per line " +
        "with both weights, as difffolded.pl makes them) (text)",
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
    name: "max-lines",
    argument: "N",
    help: "lines of a report in markdown, at most (400)",
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
    help: "show only functions of the program and of its packages",
    commands: { profile: true, report: true, diff: true },
    group: "Report",
  },
  {
    name: "span",
    argument: "NAME",
    help: "report only spans of this name, as 'GET /users/:id', with all in them",
    commands: { profile: true, report: true },
    group: "Report",
  },
  {
    name: "slowest",
    argument: "PERCENT",
    help: "report only the slowest spans, as 5%: of --span, or of each name",
    commands: { profile: true, report: true },
    group: "Report",
  },
  {
    name: "idle",
    argument: "all|loop|none",
    help:
      "the idle time in graphs and trees of real time: of all threads, of event loops only, or " +
      "none (loop)",
    commands: { profile: true, report: true },
    group: "Report",
  },
  {
    name: "no-source",
    help: "leave the texts of source files out of html, markdown and firefox",
    commands: { profile: true, report: true, diff: true },
    group: "Report",
  },
  {
    name: "output",
    short: "o",
    argument: "FILE",
    help:
      "the file of the recording; %t is the time, %p the number of the process that -p names or " +
      "of this command, %% a percent sign (perf.data or recording.json)",
    commands: {
      profile: true,
      report:
        "the file of the report, - for standard output; with several formats, their endings are " +
        "added (beside the recording, as perf.html)",
      diff: "the file of the report, - for standard output (beside AFTER, as perf.diff.html)",
    },
  },
  {
    name: "rotate",
    argument: "TIME|SIZE",
    help:
      "begin a new file every 60s, 5m or 1h, or at a size as 100M; the file's name gets the time " +
      "as ending (perf-%t-%p.data)",
    commands: { profile: true },
    isPerfOnly: true,
  },
  {
    name: "keep-last",
    argument: "N",
    help: "with --rotate: keep the last N files only",
    commands: { profile: true },
    isPerfOnly: true,
  },
  {
    name: "push",
    argument: "URL",
    help:
      "send the recording to an engine: otlp+http://HOST:4318 (OpenTelemetry), otlp (the address that " +
      "OTEL_EXPORTER_OTLP_ENDPOINT has), pyroscope+http://HOST:4040 or parca+http://HOST:7070; https too",
    commands: {
      profile: true,
      run: "sample the program as long as it runs, and send the samples to an engine: " +
        "otlp+http://HOST:4318 (OpenTelemetry), otlp (the address that " +
        "OTEL_EXPORTER_OTLP_ENDPOINT has), pyroscope+http://HOST:4040 or parca+http://HOST:7070; " +
        "https too",
    },
  },
  {
    name: "listen",
    argument: "[HOST:]PORT",
    help: "serve profiles as Go programs do, at /debug/pprof/profile?seconds=N; on 127.0.0.1 " +
      "unless another address is named",
    commands: { run: true },
  },
  {
    name: "window",
    argument: "SECONDS",
    help: "with --push: the time between two requests (15)",
    commands: { run: true },
  },
  {
    name: "label",
    argument: "NAME=VALUE",
    help: "with --push: an attribute of the program, as region=eu; may be given again",
    commands: { profile: true, run: true },
  },
  {
    name: "push-headers",
    argument: "FILE",
    help:
      "with --push: headers of requests, such as a token, a line each, as Authorization: Bearer …",
    commands: { profile: true, run: true },
  },
  {
    name: "shares",
    help: "compare functions and lines by their shares of all time instead of milliseconds",
    commands: { diff: true },
  },
  {
    name: "force",
    help: "compare recordings of another event, sampler, unit or source of names too",
    commands: { diff: true },
  },
  {
    name: "json",
    help: "print JSON, for programs",
    commands: { doctor: true },
  },
  {
    name: "quiet",
    short: "q",
    help: "print nothing but errors on standard error",
    commands: { profile: true, top: true, report: true, annotate: true, diff: true },
    group: "Report",
  },
  {
    name: "help",
    short: "h",
    help: "print this text",
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

/** Returns the options of a command. */
export function optionsOf(command: CommandName): CommandOption[] {
  return OPTIONS.filter(({ commands }) => commands[command] !== undefined);
}

/** Returns the options of a command in the form of `node:util`'s `parseArgs`. */
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
