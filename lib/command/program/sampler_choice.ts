import { PerfError } from "../../base/perf_error.ts";
import type { SamplerName } from "../../recording/recording.ts";

/** The values of `--sampler`. */
export type SamplerChoice = "auto" | SamplerName;

const CHOICES: readonly SamplerChoice[] = ["auto", "perf", "builtin"];

/** Checks the value of `--sampler`. */
export function parseSampler(value = "auto"): SamplerChoice {
  const choice = CHOICES.find((known) => known === value);
  if (choice === undefined) {
    throw new RangeError(
      `Cannot use sampler "${value}" of --sampler: must be ${CHOICES.join(" or ")}`,
    );
  }
  return choice;
}

/** The chosen sampler, and the reason for it. */
export type DecidedSampler<Trial> =
  | { name: "perf"; trial: Trial; reason: string }
  | { name: "builtin"; reason: string };

/**
 * Chooses the sampler.
 *
 * @param choice The user's choice.
 * @param options The given options that only perf has, a function that tries perf, and the reason
 * for which the built-in sampler is better where both work.
 * @throws {PerfError} If perf is needed and cannot record, or if the built-in sampler is wanted and
 * an option is given that it lacks.
 */
export function decideSampler<Trial extends { version: string }>(
  choice: SamplerChoice,
  { perfOptions, tryPerf, builtinReason }: {
    perfOptions: readonly string[];
    tryPerf: () => Trial;
    builtinReason?: string;
  },
): DecidedSampler<Trial> {
  if (choice === "builtin") {
    if (perfOptions.length > 0) throw onlyPerfHas(perfOptions);
    return { name: "builtin", reason: "--sampler builtin" };
  }
  if (choice === "auto" && builtinReason !== undefined && perfOptions.length === 0) {
    return { name: "builtin", reason: builtinReason };
  }
  try {
    const trial = tryPerf();
    return { name: "perf", trial, reason: trial.version };
  } catch (error) {
    const isObstacle = error instanceof PerfError && error.code === "perf";
    if (!isObstacle || choice === "perf" || perfOptions.length > 0) throw error;
    const hint = error.hint === undefined ? "" : ` (for perf: ${error.hint})`;
    return { name: "builtin", reason: error.message + hint };
  }
}

function onlyPerfHas(options: readonly string[]): PerfError {
  return new PerfError(
    `Cannot use ${options.join(" ")} with the built-in sampler: only perf has it`,
    { code: "usage", hint: "--sampler perf" },
  );
}
