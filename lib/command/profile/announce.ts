import type { PerfRecordOptions } from "../../perf/perf_record_args.ts";
import { nextSize, showsApp } from "../../report/advice.ts";
import type { Recording, SamplerName } from "../../recording/recording.ts";
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
  const unused = ["include", "exclude"].filter((name) => line.options.has(name));
  if (naming.kind === "v8" && unused.length > 0) {
    const names = unused.map((name) => `--${name}`).join(" and ");
    console.error(`note: ${names} have no effect: V8's log names every function`);
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

export function warnOfNoNames(
  { naming: { kind, wish }, options: { callGraph }, pid }: ProfilePlan,
  recordings: readonly Recording[],
): void {
  if (kind === "none" || recordings.some(showsApp)) return;
  const next = wish.backend === "perf_jit" && callGraph?.method === "dwarf"
    ? `next try --call-graph dwarf,${nextSize(callGraph.size)}`
    : pid !== undefined
    ? "the program must have loaded @x/perf, and trampolines must be on (--toggle-signal)"
    : "doctor says what works here";
  console.error(`warning: no js:: frame was seen, ${next}`);
}
