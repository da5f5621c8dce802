import { deepEqual, equal } from "node:assert/strict";

import type { ProfileNode } from "../../../lib/report/figures/call_nodes.ts";
import { formatCpuProfile, formatCpuProfiles } from "../../../lib/report/formats/cpuprofile.ts";
import type { Recording } from "../../../lib/recording/recording.ts";
import { recordingOf } from "../../support/recordings.ts";
import { timedRecording } from "../../support/timed_recording.ts";

const MAIN = "main@/a.ts:1:20";

/** A profile, with nodes told by their path of names. */
function readProfile(text: Iterable<string>) {
  const { nodes, samples, timeDeltas, startTime, endTime, perf } = JSON.parse([...text].join(""));
  const byId = new Map<number, ProfileNode>(nodes.map((node: ProfileNode) => [node.id, node]));
  const paths = new Map<number, string>();
  const visit = ({ id, callFrame, children = [] }: ProfileNode, above: string) => {
    const path = `${above}/${callFrame.functionName}`;
    paths.set(id, path.replace("/(root)", ""));
    children.forEach((child) => visit(byId.get(child)!, path));
  };
  visit(nodes[0], "");
  equal(paths.size, nodes.length);
  const hits = new Map<string, [hits: number, ticks: Record<number, number>]>(
    nodes.map(({ id, hitCount, positionTicks = [] }: ProfileNode) => [paths.get(id)!, [
      hitCount,
      Object.fromEntries(positionTicks.map(({ line, ticks }) => [line, ticks])),
    ]]),
  );
  const entries = samples.map((id: number, i: number) => [paths.get(id), timeDeltas[i]]);
  return { hits: Object.fromEntries(hits), entries, startTime, endTime, perf };
}

Deno.test("formatCpuProfile() has samples, times, idle gaps and executed lines", () => {
  const recording = timedRecording([
    { stack: `${MAIN} f@/a.ts:5:6`, time: 1001 },
    { stack: `${MAIN} f@/a.ts:5:7 memmove`, time: 1002 },
    { stack: `${MAIN} f@/a.ts:5:7`, time: 1003 },
    { stack: MAIN, time: 1010 },
  ]);
  const { hits, entries, startTime, endTime } = readProfile(formatCpuProfile(recording));
  deepEqual(entries, [
    ["/main/f", 0],
    ["/main/f/memmove", 1000],
    ["/main/f", 1000],
    ["/(idle)", 1000],
    ["/main", 6000],
    ["/(idle)", 1000],
  ]);
  deepEqual([startTime, endTime], [1_000_000, 1_010_000]);
  deepEqual(hits, {
    "": [0, {}],
    "/main": [1, { 20: 1 }],
    // The line has the time of the native code that it called, as in all reports.
    "/main/f": [2, { 6: 1, 7: 2 }],
    "/main/f/memmove": [1, {}],
    "/(idle)": [6, {}],
  });
});

Deno.test("formatCpuProfile() counts the runtime's functions for the program's line that called them", () => {
  const { hits } = readProfile(formatCpuProfile(timedRecording([
    { stack: `${MAIN} readFile@node:fs:7:8`, time: 1 },
    { stack: "start@node:internal:3:4", time: 2 },
  ])));
  deepEqual(hits["/main"], [0, { 20: 1 }]);
  deepEqual(hits["/main/readFile"], [1, {}]);
  deepEqual(hits["/start"], [1, { 4: 1 }]);
});

Deno.test("formatCpuProfile() has collections without callees, and one place for cut stacks", () => {
  const { entries } = readProfile(formatCpuProfile(timedRecording([
    { stack: "(garbage_collection) page_fault", time: 1, isCut: true },
    { stack: MAIN, time: 2, isCut: true },
  ])));
  deepEqual(entries.map(([path]: [string]) => path), [
    "/(garbage collector)",
    "/[cut off]/main",
    "/(idle)",
  ]);
});

Deno.test("formatCpuProfiles() has a file for each thread", () => {
  const profiles = [...formatCpuProfiles(timedRecording([
    { stack: MAIN, time: 1 },
    { stack: MAIN, time: 1, tid: 7, name: "my worker/1" },
    { stack: "a", time: 1, tid: 8, name: "" },
  ]))];
  deepEqual(profiles.map(({ suffix }) => suffix), ["", ".my-worker-1-7", ".-8"]);
  deepEqual(profiles.map(({ content }) => readProfile(content).perf.tid), [1, 7, 8]);
});

Deno.test("formatCpuProfiles() makes times of weights where there are none", () => {
  const [main, worker, ...more] = [...formatCpuProfiles(recordingOf([
    ["deno: js/js::f:/a.ts:1", 2],
    ["deno: libc/main", 1],
    ["worker: libc/main", 3],
  ]))];
  equal(more.length, 0);
  equal(worker!.suffix, ".worker");
  const { entries, startTime, endTime, perf } = readProfile(main!.content);
  deepEqual(entries, [["/f", 0], ["/main", 2], ["/(idle)", 1]]);
  deepEqual([startTime, endTime], [0, 3]);
  equal(perf.times, "made: stacks follow each other for as long as they weigh");
});

Deno.test("formatCpuProfile() gives events the shares that their counts have", () => {
  const recording = timedRecording([
    { stack: MAIN, time: 1, weight: 30 },
    { stack: "a", time: 2, weight: 10 },
  ], { unit: "events", event: "page-faults", frequency: 1000 });
  const { entries } = readProfile(formatCpuProfile(recording));
  deepEqual(entries, [["/main", 0], ["/a", 1500], ["/(idle)", 500]]);
});

Deno.test("formatCpuProfile() of nothing has a root", () => {
  const nothing: Recording = recordingOf([]);
  deepEqual(readProfile(formatCpuProfile(nothing)).hits, { "": [0, {}] });
});
