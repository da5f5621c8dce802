import { hugePagesWarning } from "../../perf/native_memory.ts";
import type { PerfRecordOptions } from "../../perf/perf_record_args.ts";
import type { SamplerName } from "../../recording/recording.ts";
import type { Naming } from "../program/naming.ts";
import type { Trial } from "../../perf/perf_tool.ts";
import { warnOfMissingFlags } from "../program/script.ts";
import type { ProfilePlan } from "./decide.ts";

/** Prints the chosen sampler and source of names, with the reasons. */
export function announce(
  { line, naming, options, pid }: ProfilePlan,
  sampler: { name: SamplerName; reason: string; trial?: Trial },
): void {
  console.error(`sampler: ${sampler.name} (${sampler.reason})`);
  if (pid === undefined) console.error(`names: ${naming.kind} (${naming.reason})`);
  if (sampler.trial?.isFallback) {
    console.error(
      `note: this machine has no hardware events for perf, recording with -e ${sampler.trial.event}`,
    );
  }
  const huge = line.options.has("native-memory") ? hugePagesWarning() : undefined;
  if (huge !== undefined) console.error(huge);
  const unused = ["include", "exclude"].filter((name) => line.options.has(name));
  if (naming.kind === "v8" && unused.length > 0) {
    const names = unused.map((name) => `--${name}`).join(" and ");
    const verb = unused.length === 1 ? "has" : "have";
    console.error(`note: ${names} ${verb} no effect: V8's log names every function`);
  }
  if (naming.kind !== "trampolines") return;
  warnOfDwarf(options, naming);
  if (pid === undefined) warnOfMissingFlags(line, naming.wish);
}

/** Warns that unwinding fails: the runtime's code has frame pointers, but no unwind information. */
function warnOfDwarf({ callGraph }: PerfRecordOptions, { wish }: Naming): void {
  if (callGraph?.method !== "dwarf" || wish.backend !== "perf") return;
  console.error(
    "warning: with --call-graph dwarf and -X perf stacks end after the first frames, --call-graph fp shows them whole",
  );
}
