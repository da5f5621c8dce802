import { equal } from "node:assert/strict";
import { fileURLToPath } from "node:url";

import { readSpanLog, type SpanLog } from "../../lib/recording/spans/span_log.ts";
import type { VariableName } from "../../lib/base/environment.ts";
import { type OtherRuntime, runtimeProgram } from "./other_runtime.ts";
import type { Workplace } from "./command_process.ts";

const PRELOAD = fileURLToPath(new URL("../../lib/sampler_preload.ts", import.meta.url));
const MODULE = new URL("../../mod.ts", import.meta.url).href;

/** The runtimes that a program with spans is tested in. */
export const SPAN_RUNTIMES = ["deno", "node22", "node24"] as const satisfies readonly (
  | "deno"
  | OtherRuntime
)[];

/** A runtime that a program with spans is tested in. */
export type SpanRuntime = (typeof SPAN_RUNTIMES)[number];

/** Keeps the processor busy for some milliseconds, by the clock. */
export const BUSY = `
import { span } from ${JSON.stringify(MODULE)};
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
function busy(ms) { for (const end = performance.now() + ms; performance.now() < end;); }
`;

/** The result of {@linkcode runRecording}. */
export interface RecordingRun {
  /** The program's output, and what it printed on standard error. */
  stdout: string;
  stderr: string;
  code: number;
  /** The text of the file that it wrote. */
  entries: string;
}

/**
 * Runs a program that writes entries itself.
 *
 * @param place Where it lies.
 * @param source Its text.
 * @param options The runtime, and the variable that names the file; without one nothing is recorded.
 * `also` names another file.
 */
export async function runRecording(
  place: Workplace,
  source: string,
  { runtime, variable, also }: {
    runtime: SpanRuntime;
    variable: VariableName | undefined;
    also?: VariableName;
  },
): Promise<RecordingRun> {
  const script = place.write("program.mjs", source);
  const path = place.write("entries", "");
  const [program, args] = runtime === "deno"
    ? [Deno.execPath(), ["run", "-A", "--quiet", `--preload=${PRELOAD}`, script]]
    : [
      runtimeProgram(runtime),
      ["--experimental-transform-types", "--no-warnings", `--import=${PRELOAD}`, script],
    ];
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd: place.path,
    env: {
      NO_COLOR: "1",
      ...(variable === undefined ? {} : { [variable]: path }),
      ...(also === undefined ? {} : { [also]: place.write("others", "") }),
    },
  }).output();
  const entries = Deno.readTextFileSync(path);
  if (variable === undefined) equal(entries, "");
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr), entries };
}

/** The result of {@linkcode runWithSpans}. */
export interface SpanRun extends RecordingRun {
  /** Its spans; `undefined` where none were asked for. */
  log: SpanLog | undefined;
}

/** Runs a program that writes its spans, as {@linkcode runRecording} does. */
export async function runWithSpans(
  place: Workplace,
  source: string,
  { runtime, isOn = true }: { runtime: SpanRuntime; isOn?: boolean },
): Promise<SpanRun> {
  const variable = isOn ? "JS_PERF_SPANS" : undefined;
  const run = await runRecording(place, source, { runtime, variable });
  return { ...run, log: isOn ? readSpanLog(run.entries) : undefined };
}
