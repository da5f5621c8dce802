/** An environment variable of this package. */
export interface EnvironmentVariable {
  /** What it does. */
  help: string;
  /** The module that reads it, seen from lib/. */
  readBy: string;
  /** Whether the Workers that an instrumented program starts are told its value. */
  isInherited: boolean;
  /** Whether the command sets it, for programs that it starts only. @default {false} */
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
    help: "`auto`, `wasm` or `native`: who makes the trampolines",
    readBy: "activation/switches.ts",
    isInherited: true,
  },
  JS_PERF_INCLUDE: {
    help: "patterns of what is instrumented, with commas between",
    readBy: "instrument/selection.ts",
    isInherited: true,
  },
  JS_PERF_EXCLUDE: {
    help: "patterns of what is not, whatever `JS_PERF_INCLUDE` says",
    readBy: "instrument/selection.ts",
    isInherited: true,
  },
  JS_PERF_VERBOSE: {
    help: "`1` lists what is left as it is, and why; `count` says how much",
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
    // The variables of the process reach Workers as they are.
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
} as const satisfies Readonly<Record<string, EnvironmentVariable>>;

/** The name of an environment variable of this package. */
export type VariableName = keyof typeof ENVIRONMENT;

/** The variables that Workers are told. */
export const INHERITED_VARIABLES: readonly VariableName[] =
  (Object.keys(ENVIRONMENT) as VariableName[])
    .filter((name) => ENVIRONMENT[name].isInherited);
