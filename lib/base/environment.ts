/** An environment variable of this package. */
export interface EnvironmentVariable {
  /** The effect, in a few words. */
  help: string;
  /** The module that reads it, relative to lib/. */
  readBy: string;
  /** Whether an instrumented program passes its value to the Workers that it starts. */
  isInherited: boolean;
  /** Whether only the command sets it, for programs that it starts. @default {false} */
  isInternal?: boolean;
}

/** Every environment variable of this package. A new one is an entry here and its reader. */
export const ENVIRONMENT = {
  JS_PERF_SUPPORT: {
    help: "`1` turns trampolines on, with a perf map",
    readBy: "activation/switches.ts",
    isInherited: true,
  },
  JS_PERF_JIT_SUPPORT: {
    help: "`1` turns trampolines on, with a jitdump",
    readBy: "activation/switches.ts",
    isInherited: true,
  },
  JS_PERF_ENGINE: {
    help: "`auto`, `wasm` or `native`: the engine that makes the trampolines",
    readBy: "activation/switches.ts",
    isInherited: true,
  },
  JS_PERF_INCLUDE: {
    help: "patterns of the modules to instrument, with commas between",
    readBy: "instrument/selection.ts",
    isInherited: true,
  },
  JS_PERF_EXCLUDE: {
    help: "patterns of the modules not to instrument; wins over `JS_PERF_INCLUDE`",
    readBy: "instrument/selection.ts",
    isInherited: true,
  },
  JS_PERF_VERBOSE: {
    help: "`1` lists modules and functions left uninstrumented, and why; `count` counts them",
    readBy: "instrument/left_alone.ts",
    isInherited: true,
  },
  JS_PERF_TOGGLE_SIGNAL: {
    help: "the signal that turns trampolines on and off, as `SIGUSR2`",
    readBy: "instrument/toggle_signal.ts",
    isInherited: true,
  },
  JS_PERF_LIBRARY: {
    help: "path of a native library of your own",
    readBy: "native/native_library.ts",
    // Workers read it from the environment of the process.
    isInherited: false,
  },
  JS_PERF_PUSH_HEADERS: {
    help: "headers of requests of `--push`, such as a token: `name=value`, with commas between",
    readBy: "push/push_headers.ts",
    isInherited: false,
  },
  JS_PERF_SCOPE: {
    help: "the part of the program that is recorded",
    readBy: "sampler/scope.ts",
    isInherited: false,
    isInternal: true,
  },
  JS_PERF_CONTROL: {
    help: "the pipes to and from perf record",
    readBy: "sampler/scope.ts",
    isInherited: false,
    isInternal: true,
  },
  JS_PERF_SPANS: {
    help: "where the program writes its spans",
    readBy: "spans/record_spans.ts",
    isInherited: false,
    isInternal: true,
  },
  JS_PERF_WAITS: {
    help: "where the program writes how long its awaits wait",
    readBy: "waits/record_waits.ts",
    isInherited: false,
    isInternal: true,
  },
  JS_PERF_SAMPLES: {
    help: "where the built-in sampler writes",
    readBy: "sampler/sampling_variables.ts",
    isInherited: false,
    isInternal: true,
  },
  JS_PERF_SAMPLE_FREQUENCY: {
    help: "its samples a second",
    readBy: "sampler/sampling_variables.ts",
    isInherited: false,
    isInternal: true,
  },
  JS_PERF_HEAP: {
    help: "how V8 samples the program's memory, and where that is written",
    readBy: "sampler/heap/heap_wish.ts",
    isInherited: false,
    isInternal: true,
  },
  JS_PERF_SAMPLE_EVENT: {
    help: "cpu, or wall for real time",
    readBy: "sampler/sampling_variables.ts",
    isInherited: false,
    isInternal: true,
  },
} as const satisfies Readonly<Record<string, EnvironmentVariable>>;

/** The name of an environment variable of this package. */
export type VariableName = keyof typeof ENVIRONMENT;

/** The variables whose values are passed to Workers. */
export const INHERITED_VARIABLES: readonly VariableName[] =
  (Object.keys(ENVIRONMENT) as VariableName[])
    .filter((name) => ENVIRONMENT[name].isInherited);
