/*
 * `run --push` and `run --listen`: a program that is sampled as long as it runs. Whatever happens to
 * the profiles, the program runs as without them.
 */
import { type Ending, runChild } from "../program/child.ts";
import { programPath } from "../program/logged_program.ts";
import { LoggedProgram } from "../program/logged_script.ts";
import type { Wish } from "../../activation/switches.ts";
import type { CommandLine } from "../command_line.ts";
import type { Trial } from "../../perf/perf_tool.ts";
import { PUSH_HEADERS_VARIABLE } from "../../push/push_headers.ts";
import { openPusher, type Pusher } from "../../push/pusher.ts";
import type { DecidedSampler } from "../program/sampler_choice.ts";
import { BuiltinSource } from "./builtin_source.ts";
import { ConsumedLogs } from "./consumed_logs.ts";
import { PerfSource } from "./perf_source.ts";
import { type ListenAddress, PullServer } from "./pull_server.ts";
import type { PushWish } from "./push_wish.ts";

/** Milliseconds that the last samples have to be read and sent, once the program has ended. */
const FLUSH = 2_000;

/** The least of it that is left for sending, in milliseconds. */
const LEAST_FLUSH = 500;

/** A program that is sampled while it runs. */
export interface PushRun {
  line: CommandLine;
  wish: Wish;
  sampler: DecidedSampler<Trial & { version: string }>;
  /** Samples per second of processor time. */
  frequency: number;
  /** Seconds of a window. */
  window: number;
  /** Where windows are sent; `undefined` for nowhere. */
  push: PushWish | undefined;
  /** Where profiles are served; `undefined` for nowhere. */
  listen: ListenAddress | undefined;
}

/**
 * Runs a program, and sends its samples window by window.
 *
 * @returns The program's ending.
 */
export async function runPushed(
  { line, wish, sampler, frequency, window, push, listen }: PushRun,
): Promise<Ending> {
  const said = new Set<string>();
  const onProblem = (message: string) => {
    if (!said.has(message)) console.error(`warning: ${message}`);
    said.add(message);
  };
  const isBuiltin = sampler.name === "builtin";
  const isPreloaded = isBuiltin || line.options.has("toggle-signal");
  const program = new LoggedProgram({ line, script: line.script, wish, isPreloaded, lasts: true });
  const logs = new ConsumedLogs(program, onProblem);
  const { command: [name, ...args], env } = program;
  const hasWindows = push !== undefined;
  const shared = { command: [name!, ...args], frequency, window, logs, onProblem, hasWindows };
  const source = sampler.name === "builtin"
    ? new BuiltinSource(shared)
    : new PerfSource({ ...shared, trial: sampler.trial });
  if (source instanceof BuiltinSource) Object.assign(env, source.variables);
  // It is this command's secret.
  delete env[PUSH_HEADERS_VARIABLE];
  const pusher = push === undefined ? undefined : await openPusher({ ...push, onProblem });
  let server: PullServer | undefined;
  let isRunning = false;
  let tending: ReturnType<typeof setInterval> | undefined;
  try {
    if (listen !== undefined) {
      const record = (seconds: number) => source.record(seconds);
      server = await PullServer.start(listen, { record, frequency });
      console.error(`listening: ${server.url}`);
    }
    if (push === undefined) {
      tending = setInterval(() => {
        logs.tend().catch(({ message }: Error) => onProblem(message));
      }, 1000 * window);
    }
    program.begin();
    const words = [programPath(name!, env), ...args];
    isRunning = true;
    const ending = await runChild(source instanceof PerfSource ? source.launch(words) : words, {
      env,
      started: (pid) => source.begin(pid, (window) => pusher?.push(window)),
    });
    server?.close();
    await endAll(source, pusher);
    return ending;
  } finally {
    server?.close();
    clearInterval(tending);
    if (!isRunning) await source.end();
    logs.finish();
    program[Symbol.dispose]();
  }
}

async function endAll(
  source: BuiltinSource | PerfSource,
  pusher: Pusher | undefined,
): Promise<void> {
  const limit = performance.now() + FLUSH;
  await source.end();
  await pusher?.flush(Math.max(LEAST_FLUSH, limit - performance.now()));
}
