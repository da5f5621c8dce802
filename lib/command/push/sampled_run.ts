import { findPerf, tryRecording } from "../../perf/perf_tool.ts";
import { PerfError } from "../../base/perf_error.ts";
import { type CommandLine, lastValue, usageError } from "../command_line.ts";
import { decideSampler, parseSampler } from "../program/sampler_choice.ts";
import type { Ending } from "../program/child.ts";
import type { Naming } from "../program/naming.ts";
import { runPushed } from "./push_run.ts";
import { type ListenAddress, parseListenAddress } from "./pull_server.ts";
import { type PushWish, pushWishOf } from "./push_wish.ts";

/** Samples per second where the user names no number: little work, and not in step with timers. */
const FREQUENCY = 99;

/** Seconds of a window. */
const WINDOW = 15;

/** Options of `run` that only a program has that is sampled. */
const FOR_SAMPLING = ["freq", "sampler"];

/** The wishes for the sampling of a program while it runs. */
export interface Sampling {
  push: PushWish | undefined;
  listen: ListenAddress | undefined;
  frequency: number;
  window: number;
}

/**
 * Reads the options of `run` that have the program sampled.
 *
 * @returns `undefined` where it is not.
 * @throws {PerfError} If the command line is wrong.
 * @throws {RangeError} If a value is none that can be used.
 */
export function samplingOf(line: CommandLine): Sampling | undefined {
  const push = pushWishOf(line);
  const address = lastValue(line, "listen");
  const listen = address === undefined ? undefined : parseListenAddress(address);
  if (push === undefined && line.options.has("window")) {
    throw usageError("Cannot use --window without --push");
  }
  if (push === undefined && listen === undefined) {
    const unused = FOR_SAMPLING.find((name) => line.options.has(name));
    if (unused !== undefined) throw usageError(`Cannot use --${unused} without --push or --listen`);
    return undefined;
  }
  parseSampler(lastValue(line, "sampler"));
  return {
    push,
    listen,
    frequency: numberOf(line, "freq", { usual: FREQUENCY, least: 1, most: 10_000 }),
    window: numberOf(line, "window", { usual: WINDOW, least: 1, most: 3_600 }),
  };
}

function numberOf(
  line: CommandLine,
  name: string,
  { usual, least, most }: { usual: number; least: number; most: number },
): number {
  const value = lastValue(line, name);
  if (value === undefined) return usual;
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < least || number > most) {
    throw new RangeError(
      `Cannot use --${name} "${value}": must be a whole number from ${least} to ${most}`,
    );
  }
  return number;
}

/**
 * Runs a program that is sampled as long as it runs.
 *
 * @returns The program's ending; `undefined` where it cannot be sampled here, and the reason has been
 * told. It then has not run.
 */
export async function runSampled(
  line: CommandLine,
  { naming, sampling }: { naming: Naming; sampling: Sampling },
): Promise<Ending | undefined> {
  if (naming.kind !== "v8") {
    if (line.options.has("engine") || line.options.has("X")) {
      throw usageError(
        `Cannot use --push with names by ${naming.reason}: must be those of V8's log`,
      );
    }
    warnOf(naming.reason);
    return undefined;
  }
  const trialOptions = { frequency: sampling.frequency, clock: "mono", event: "cpu-clock" };
  try {
    const sampler = decideSampler(parseSampler(lastValue(line, "sampler")), {
      perfOptions: line.command.length > 0 ? ["a command"] : [],
      tryPerf: () => {
        const perf = findPerf();
        return { ...tryRecording(trialOptions, perf.version), version: `perf ${perf.name}` };
      },
    });
    console.error(`sampler: ${sampler.name} (${sampler.reason})`);
    return await runPushed({ line, wish: naming.wish, sampler, ...sampling });
  } catch (error) {
    if (!(error instanceof PerfError) || error.code === "usage") throw error;
    warnOf(error.message + (error.hint === undefined ? "" : ` (${error.hint})`));
    return undefined;
  }
}

/** The program comes first: where it cannot be sampled, it runs all the same. */
function warnOf(reason: string): void {
  console.error(`warning: nothing is sampled: ${reason}`);
}
