import process from "node:process";

import { PerfError } from "../base/perf_error.ts";
import { warn } from "../base/warnings.ts";
import { currentPlatform } from "../runtime/runtime.ts";
import { HeapSession } from "../sampler/heap/heap_session.ts";
import { type CpuProfile, cpuProfileRecording } from "./cpu_profile_recording.ts";
import { openPusher, type Pusher } from "./pusher.ts";
import { pushHeaders } from "./push_headers.ts";
import { pushResource } from "./push_resource.ts";
import { parsePushTarget } from "./push_target.ts";

/** Options of {@linkcode startProfiling}. */
export interface ProfilingOptions {
  /**
   * The engine, as `--push` has it: `otlp+http://HOST:4318`, `pyroscope+http://HOST:4040`,
   * `parca+http://HOST:7070`, or `otlp` for the address of OpenTelemetry's own variables.
   * @default {"otlp"}
   */
  push?: string;
  /** Seconds between two requests. @default {15} */
  window?: number;
  /** Samples per second. @default {99} */
  frequency?: number;
  /** Attributes of the program. @default {{}} */
  labels?: Readonly<Record<string, string>>;
}

/** Profiling that is under way. */
export interface Profiling extends Disposable {
  /** Ends it, and sends the last samples, in 2 seconds at most. Calling it again has no effect. */
  stop(): Promise<void>;
}

/** Milliseconds that the last samples have. */
const FLUSH = 2_000;

let current: Profiling | undefined;

/**
 * Samples this thread as long as it runs, and sends the samples to an engine that collects profiles.
 * V8 itself takes them, so they have the functions of JavaScript, on this thread alone; `run --push`
 * has native code and all threads too. Headers, such as a token, come from `OTEL_EXPORTER_OTLP_HEADERS`
 * or `JS_PERF_PUSH_HEADERS`. An engine that fails costs a warning.
 *
 * Needs `--allow-net` of the engine in Deno, and `--allow-env` of these variables.
 *
 * @param options The engine, the window, the frequency and the labels.
 * @returns Ends the profiling when it is disposed of.
 * @throws {PerfError} If the engine's address or a label is none, if profiling is under way already, or
 * if the runtime has no inspector.
 * @throws {RangeError} If the window or the frequency is none that can be used.
 *
 * @example
 * ```ts
 * import { startProfiling } from "@x/perf";
 *
 * const profiling = startProfiling({ push: "otlp+http://localhost:4318", labels: { region: "eu" } });
 * await profiling.stop();
 * ```
 */
export function startProfiling(
  { push = "otlp", window = 15, frequency = 99, labels = {} }: ProfilingOptions = {},
): Profiling {
  checkNumber("window", window, 3_600);
  checkNumber("frequency", frequency, 10_000);
  if (current !== undefined) {
    throw new PerfError("Cannot start profiling: it is under way in this thread", {
      code: "unavailable",
      hint: "stop() of the first",
    });
  }
  const read = (name: string) => process.env[name];
  const target = parsePushTarget(push, read);
  const pusher = openPusher({
    target,
    headers: pushHeaders(target.protocol, { read }),
    resource: pushResource(Object.entries(labels).map(([name, value]) => `${name}=${value}`), {
      read,
      runtime: currentPlatform().runtime,
    }),
    onProblem: (message) => warn(message),
    isBackground: true,
  });
  return current = new ThreadProfiling(pusher, { window, frequency });
}

function checkNumber(what: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return;
  throw new RangeError(
    `Cannot profile with ${what} "${value}": must be a whole number from 1 to ${most}`,
  );
}

class ThreadProfiling implements Profiling {
  readonly #pusher: Promise<Pusher>;
  readonly #frequency: number;
  readonly #session: HeapSession;
  readonly #timer: ReturnType<typeof setInterval>;
  #start = 0;
  #stopped: Promise<void> | undefined;

  constructor(
    pusher: Promise<Pusher>,
    { window, frequency }: { window: number; frequency: number },
  ) {
    this.#pusher = pusher;
    this.#frequency = frequency;
    try {
      this.#session = new HeapSession();
      this.#session.call("Profiler.enable");
      const interval = Math.round(1e6 / frequency);
      this.#session.call("Profiler.setSamplingInterval", { interval });
      this.#begin();
    } catch (cause) {
      throw new PerfError(`Cannot start profiling: ${(cause as Error).message}`, {
        code: "unavailable",
        cause,
      });
    }
    this.#timer = setInterval(() => void this.#sendWindow(true), 1000 * window);
    // Neither the timer nor a request keeps the program from ending.
    (this.#timer as { unref?(): void }).unref?.();
    process.once("beforeExit", this.#atEnd);
    process.once("SIGTERM", this.#atSignal);
  }

  stop(): Promise<void> {
    return this.#stopped ??= this.#end();
  }

  [Symbol.dispose](): void {
    void this.stop();
  }

  #begin(): void {
    this.#start = Date.now();
    this.#session.call("Profiler.start");
  }

  async #sendWindow(goesOn: boolean): Promise<void> {
    try {
      const start = this.#start;
      const { profile } = this.#session.call<{ profile: CpuProfile }>("Profiler.stop");
      if (goesOn) this.#begin();
      const duration = Math.max(1, Date.now() - start);
      const recording = cpuProfileRecording(profile, {
        command: process.argv,
        pid: process.pid,
        frequency: this.#frequency,
        start,
        duration,
      });
      if (recording.stacks.length === 0) return;
      (await this.#pusher).push({ recording, start, duration });
    } catch (error) {
      warn(error, "a window is lost");
    }
  }

  async #end(): Promise<void> {
    clearInterval(this.#timer);
    process.off("beforeExit", this.#atEnd);
    process.off("SIGTERM", this.#atSignal);
    await this.#sendWindow(false);
    await (await this.#pusher).flush(FLUSH);
    current = undefined;
  }

  readonly #atEnd = (): void => void this.stop();

  /** Ends the program as the signal would have, unless the program has a listener of its own. */
  readonly #atSignal = async (): Promise<void> => {
    const isOurs = process.listenerCount("SIGTERM") === 0;
    await this.stop();
    if (isOurs) process.kill(process.pid, "SIGTERM");
  };
}
