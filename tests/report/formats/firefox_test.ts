import { deepEqual, equal } from "node:assert/strict";

import { formatFirefox } from "../../../lib/report/formats/firefox.ts";
import type { Recording } from "../../../lib/recording/recording.ts";
import { recordingOf } from "../../support/recordings.ts";
import { timedRecording } from "../../support/timed_recording.ts";

const MAIN = "main@/a.ts:1:20";

function writtenProfile(recording: Recording) {
  return JSON.parse([...formatFirefox(recording, "app.ts")].join(""));
}

/** Stacks of each thread as text, with all that the tables say of a frame. */
function readThreads(recording: Recording) {
  const { meta, libs, shared, threads } = writtenProfile(recording);
  const { stackTable, frameTable, funcTable, resourceTable, sources, stringArray } = shared;
  for (const table of [stackTable, frameTable, funcTable, resourceTable, sources]) {
    for (const [name, column] of Object.entries(table)) {
      if (name !== "length") equal((column as unknown[]).length, table.length, name);
    }
  }
  const frameOf = (frame: number) => {
    const fn = frameTable.func[frame];
    const category = meta.categories[frameTable.category[frame]];
    const place = frameTable.lib[frame] >= 0
      ? libs[frameTable.lib[frame]].path
      : funcTable.source[fn] === null
      ? ""
      : `${stringArray[sources.filename[funcTable.source[fn]]]}:${funcTable.lineNumber[fn]}:${
        frameTable.line[frame]
      }:${frameTable.column[frame]}`;
    return [
      stringArray[funcTable.name[fn]],
      place,
      category.name,
      category.subcategories[frameTable.subcategory[frame]],
    ].join(" ");
  };
  const stackOf = (stack: number): string[] => {
    const offset = stackTable.prefixOffset[stack];
    const outer = offset === 0 ? [] : stackOf(stack - offset);
    return [...outer, frameOf(stackTable.frame[stack])];
  };
  return threads.map(({ samples, ...thread }: {
    samples: { stack: number[]; time: number[]; weight: number[]; length: number };
    [key: string]: unknown;
  }) => {
    equal(samples.stack.length, samples.length);
    return {
      ...thread,
      samples: samples.stack.map((stack, i) => [
        samples.time[i],
        samples.weight[i],
        ...stackOf(stack),
      ]),
    };
  });
}

Deno.test("formatFirefox() has threads, stacks, lines, tiers and whose code it is", () => {
  const threads = readThreads(timedRecording([
    { stack: `${MAIN} f@/node_modules/p/b.js:5:6`, time: 1001 },
    { stack: `${MAIN} memmove`, time: 1003.5 },
    { stack: "(garbage_collection)", time: 1002, tid: 9, name: "worker" },
    { stack: MAIN, time: 1004, tid: 9, name: "worker", isCut: true },
  ]));
  deepEqual(
    threads.map((
      { name, pid, tid, isMainThread, processName }: Record<string, unknown>,
    ) => [name, pid, tid, isMainThread, processName]),
    [["deno", "1", 1, true, "deno"], ["worker", "1", 9, false, "deno"]],
  );
  const main = "main /a.ts:1:20:3 Own code turbofan";
  deepEqual(threads.map(({ samples }: { samples: unknown }) => samples), [
    [
      [0, 1, main, "f /node_modules/p/b.js:5:6:3 Packages turbofan"],
      [2.5, 1, main, "memmove /usr/lib/libc.so.6 Native Other"],
    ],
    [
      [1, 1, "(garbage collection)  Garbage collection Other"],
      [3, 1, "[cut off]  Other Other", main],
    ],
  ]);
});

Deno.test("formatFirefox() names the version of its format, and has the texts of sources", () => {
  const { meta, shared } = writtenProfile(
    timedRecording([{ stack: MAIN, time: 1 }, { stack: "f@/b.ts:1:1", time: 2 }], {
      sources: new Map([["/a.ts", "text of a"]]),
    }),
  );
  equal(meta.preprocessedProfileVersion, 70);
  equal(meta.product, "app.ts");
  const { sources, stringArray } = shared;
  deepEqual(
    sources.filename.map((name: number, i: number) => [stringArray[name], sources.content[i]]),
    [["/a.ts", "text of a"], ["/b.ts", null]],
  );
});

Deno.test("formatFirefox() counts events as such, without a share of the processor", () => {
  const { threads } = writtenProfile(
    timedRecording([{ stack: "a", time: 1, weight: 7 }], { unit: "events", event: "cycles" }),
  );
  const { weight, weightType, threadCPUDelta } = threads[0].samples;
  deepEqual([weight, weightType, threadCPUDelta], [[7], "samples", undefined]);
});

Deno.test("formatFirefox() makes times of weights where there are none", () => {
  const threads = readThreads(recordingOf([
    ["deno: libc/a", 2000],
    ["deno: libc/b", 1000],
    ["worker: libc/a", 1000],
  ]));
  deepEqual(
    threads.map(({ name, isMainThread, samples }: {
      name: string;
      isMainThread: boolean;
      samples: [number, number][];
    }) => [name, isMainThread, samples.map(([time, weight]) => [time, weight])]),
    [["deno", true, [[2, 2], [3, 1]]], ["worker", false, [[1, 1]]]],
  );
});

Deno.test("formatFirefox() of nothing has no thread", () => {
  deepEqual(writtenProfile(recordingOf([])).threads, []);
});
