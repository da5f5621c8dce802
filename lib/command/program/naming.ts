/*
 * Decides the source of a program's function names: V8's log, trampolines in all functions, or
 * none. The command prints the decision with its reason in one line.
 */
import type { EngineChoice } from "../../engines/engine.ts";
import { decideSwitches, type ReadVariable, type Wish } from "../../activation/switches.ts";
import type { RuntimeName } from "../../runtime/runtime.ts";
import { type CommandLine, lastValue, usageError } from "../command_line.ts";

/** The source of functions' names. */
export type NamingKind = "v8" | "trampolines" | "none";

/** A decision, and its reason. */
export interface Naming {
  kind: NamingKind;
  /** The reason, in a few words. */
  reason: string;
  /** The switches' decision on trampolines; under V8's log it concerns withPerf() only. */
  wish: Wish;
}

/** All values of `--engine`. */
export const ENGINE_OPTIONS = ["auto", "v8", "trampolines", "wasm", "native"] as const;

type EngineOption = typeof ENGINE_OPTIONS[number];

/** Facts for {@linkcode decideNaming} besides the command line. */
export interface NamingOptions {
  /** Reads the environment. */
  read: ReadVariable;
  /** The runtime that the command starts the program with. */
  runtime: { name: RuntimeName; version: string };
  /** The reason why no program can write V8's log here. @default {none} */
  logObstacle?: string;
  /** Whether trampolines are on by default. Otherwise the program turns them on itself. */
  isOnByDefault: boolean;
}

/**
 * Decides the source of names for the functions of a program.
 *
 * @param line The command line.
 * @throws {RangeError} If an engine or a `-X` name is unknown.
 * @throws {PerfError} With code `usage`, if `--engine v8` cannot do what another option wants.
 */
export function decideNaming(
  line: CommandLine,
  { read, runtime, logObstacle, isOnByDefault }: NamingOptions,
): Naming {
  const x = line.options.get("X");
  const option = parseEngineOption(lastValue(line, "engine"));
  const decided = decideSwitches(read, { x, engine: trampolineEngine(option) });
  const isOff = decided.backend === undefined && x !== undefined;
  const wish = decided.backend === undefined && !isOff && isOnByDefault
    ? { ...decided, backend: "perf" as const }
    : decided;
  if (isOff) return { kind: "none", reason: "-X perf=0", wish };
  const obstacle = v8Obstacle({ line, wish, runtime }) ?? logObstacle;
  if (option === "v8" || line.options.has("all-lines")) {
    const asked = option === "v8" ? "--engine v8" : "--all-lines";
    if (obstacle !== undefined || (option !== "v8" && option !== "auto")) {
      throw usageError(`Cannot use ${asked}: ${obstacle ?? `--engine ${option} has no lines`}`);
    }
    return { kind: "v8", reason: asked, wish };
  }
  if (option !== "auto") return { kind: "trampolines", reason: `--engine ${option}`, wish };
  return obstacle === undefined
    ? { kind: "v8", reason: "V8's log names every function, nothing is instrumented", wish }
    : { kind: "trampolines", reason: obstacle, wish };
}

function parseEngineOption(value = "auto"): EngineOption {
  const option = ENGINE_OPTIONS.find((known) => known === value);
  if (option === undefined) {
    throw new RangeError(
      `Cannot use engine "${value}" of --engine: must be one of ${ENGINE_OPTIONS.join(", ")}`,
    );
  }
  return option;
}

/** Returns the engine for trampolines; `undefined` leaves the choice to the environment. */
function trampolineEngine(option: EngineOption): EngineChoice | undefined {
  return option === "wasm" || option === "native" ? option : undefined;
}

/** The oldest major version of Node whose log has been tested. */
const OLDEST_NODE = 20;

/** Returns the reason why V8's log cannot name a program; `undefined` where it can. */
function v8Obstacle(
  { line, wish, runtime: { name, version } }: {
    line: CommandLine;
    wish: Wish;
    runtime: NamingOptions["runtime"];
  },
): string | undefined {
  if (wish.backend === "perf_jit") return "-X perf_jit describes trampolines in a jitdump";
  if (lastValue(line, "call-graph")?.startsWith("dwarf")) {
    return "--call-graph dwarf unwinds stacks, and V8's code has nothing to unwind it by";
  }
  if (line.options.has("pid")) return "-p records a program that was started without V8's log";
  if (name === "bun") return "Bun's engine is JavaScriptCore, which has no such log";
  if (name === "node" && parseInt(version) < OLDEST_NODE) {
    return `Node ${version} is older than ${OLDEST_NODE}`;
  }
  return undefined;
}
