import type { CallGraph } from "../../perf/call_graph.ts";
import { recordedCommand } from "../recorded_command.ts";
import type { Recording } from "../recording.ts";

/** The facts of a recording that the head of perf's file has. */
export interface PerfHeader extends
  Pick<
    Recording,
    "samplerVersion" | "command" | "frequency" | "callGraph" | "start" | "duration" | "clock"
  > {
  /** Whether an event has `PERF_FORMAT_LOST`; see `totalLost`. */
  countsLostTwice: boolean;
}

/**
 * Reads the header that `perf script --header` prints (tools/perf/util/header.c).
 *
 * @param lines Lines such as `# perf version : 6.12.95`.
 */
export function readPerfHeader(lines: readonly string[]): PerfHeader {
  const facts = new Map<string, string>();
  for (const line of lines) {
    const [, key, value] = /^# ([\w ]+?) *: +(.*?) *$/.exec(line) ?? [];
    // perf prints a line for every event; the first event is the one that was asked for.
    if (key !== undefined && !facts.has(key)) facts.set(key, value!);
  }
  const fact = (key: string) => facts.get(key) ?? "";
  const cmdline = fact("cmdline");
  const event = fact("event");
  const frequency = /\bsample_freq \} = (\d+)/.exec(event)?.[1];
  const start = Date.parse(fact("captured on"));
  return {
    samplerVersion: `perf ${fact("perf version")}`.trim(),
    command: recordedCommand(cmdline.split(" ").filter(Boolean)),
    frequency: frequency === undefined ? undefined : Number(frequency),
    callGraph: callGraphOf(event, cmdline),
    start: Number.isNaN(start) ? undefined : start,
    duration: parseFloat(fact("sample duration")) || 0,
    // CLOCK_MONOTONIC is 1 (linux/time.h).
    clock: /\bclockid = 1\b/.test(event) ? "mono" : "perf",
    countsLostTwice: /\bread_format = [\w|]*\bLOST\b/.test(event),
  };
}

function callGraphOf(event: string, cmdline: string): CallGraph | undefined {
  // An injected recording has the command line of perf inject, so the event is read first.
  const size = /\bsample_stack_user = (\d+)/.exec(event)?.[1];
  if (size !== undefined) return { method: "dwarf", size: Number(size) };
  const named = /\s--call-graph[ =](\w+)/.exec(cmdline)?.[1] ?? "fp";
  return /\bCALLCHAIN\b/.test(event) && named === "fp" ? { method: "fp" } : undefined;
}
