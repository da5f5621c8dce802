import { type CallGraph, parseCallGraph } from "../call_graph.ts";
import type { Recording } from "./recording.ts";

/** What the head of a file of perf's says of a recording. */
export type PerfHeader = Pick<
  Recording,
  "samplerVersion" | "command" | "frequency" | "callGraph" | "start" | "duration"
>;

/**
 * Reads what `perf script --header` prints first (tools/perf/util/header.c).
 *
 * @param lines Lines such as `# perf version : 6.12.95`.
 */
export function readPerfHeader(lines: readonly string[]): PerfHeader {
  const facts = new Map<string, string>();
  for (const line of lines) {
    const [, key, value] = /^# ([\w ]+?) *: +(.*?) *$/.exec(line) ?? [];
    // There is a line for every event: the first is what perf was asked for.
    if (key !== undefined && !facts.has(key)) facts.set(key, value!);
  }
  const fact = (key: string) => facts.get(key) ?? "";
  const [cmdline, command = ""] = fact("cmdline").split(/ -- (.*)/s);
  const frequency = /\bsample_freq \} = (\d+)/.exec(fact("event"))?.[1];
  const start = Date.parse(fact("captured on"));
  return {
    samplerVersion: `perf ${fact("perf version")}`.trim(),
    command: command.split(" ").filter(Boolean),
    frequency: frequency === undefined ? undefined : Number(frequency),
    callGraph: callGraphOf(cmdline!),
    start: Number.isNaN(start) ? undefined : start,
    duration: parseFloat(fact("sample duration")) || 0,
  };
}

function callGraphOf(cmdline: string): CallGraph | undefined {
  const named = /\s--call-graph[ =](\S+)/.exec(cmdline)?.[1];
  const value = named ?? (/\s-[adnqRTvWP]*g(?=\s|$)/.test(cmdline) ? "fp" : "");
  try {
    return parseCallGraph(value);
  } catch {
    // None, or another of perf's methods, such as lbr.
    return undefined;
  }
}
