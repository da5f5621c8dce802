import { deepEqual, equal } from "node:assert/strict";

import { AddressSpaces } from "../../../lib/recording/perf_data/address_spaces.ts";
import type { PerfDataFile } from "../../../lib/recording/perf_data/data_file.ts";
import { readFileHeader } from "../../../lib/recording/perf_data/file_header.ts";
import { Locations } from "../../../lib/recording/perf_data/locations.ts";
import { visitSamples } from "../../../lib/recording/perf_data/sample_pass.ts";
import { readSideEvents } from "../../../lib/recording/perf_data/side_events.ts";
import { ThreadNames } from "../../../lib/recording/perf_data/thread_names.ts";
import { ThreadTable } from "../../../lib/recording/thread_table.ts";
import {
  Bit,
  type FileOptions,
  openBytes,
  PerfDataWriter,
  USER,
  USUAL,
} from "../../support/perf_data_file.ts";

/** Visits the samples of a file; each with its thread's name and its stack from the outermost in. */
function visit(file: PerfDataFile) {
  const header = readFileHeader(file);
  const { events } = readSideEvents(file, header);
  const threads = new ThreadTable();
  const locations = new Locations({ runtimes: [] });
  const [spaces, names] = [new AddressSpaces(events), new ThreadNames(events)];
  const seen: unknown[] = [];
  visitSamples({ file, header, spaces, names, threads, locations }, (sample) => {
    const { event, time, weight, thread, unchanged, stack } = sample;
    const at = [...stack.locations.slice(0, stack.length)];
    seen.push({ event, time, weight, thread: threads.threads[thread]!.name, unchanged, at });
  });
  return seen;
}

function weights(options: FileOptions): unknown[] {
  const file = new PerfDataWriter(options).sample({ pid: 1, time: 1, period: 7, event: 0 }).file();
  return visit(file).map((sample) => (sample as { weight: number }).weight);
}

Deno.test("visitSamples() gives each sample's thread, time, weight and locations", () => {
  const file = new PerfDataWriter().comm(1, 1, "main").comm(1, 2, "worker")
    .sample({ pid: 1, time: 10, period: 5, chain: [USER, 0x30, 0x20, 0x10] })
    .sample({ pid: 1, tid: 2, time: 11, chain: [USER, 0x30, 0x20, 0x10] })
    .sample({ pid: 1, time: 12, chain: [USER, 0x31, 0x20, 0x10] })
    .sample({ pid: 1, time: 13, chain: [USER, 0x20] }).file();
  const usual = { event: 0, weight: 1000, thread: "main" };
  deepEqual(visit(file), [
    { ...usual, time: 10, weight: 5, unchanged: 0, at: [0, 1, 2] },
    { ...usual, thread: "worker", time: 11, unchanged: 0, at: [0, 1, 2] },
    { ...usual, time: 12, unchanged: 2, at: [0, 1, 3] },
    // Here the processor was, before it was a caller.
    { ...usual, time: 13, unchanged: 0, at: [4] },
  ]);
});

Deno.test("visitSamples() begins a stack anew where memory or the process of a thread changes", () => {
  const chain = [USER, 0x1020, 0x1010];
  const file = new PerfDataWriter().comm(1, 1, "a").map(1, { start: 0x1000, size: 99, path: "/a" })
    .sample({ pid: 1, time: 10, chain })
    .map(1, { start: 0x1000, size: 99, path: "/b", time: 20 })
    .sample({ pid: 1, time: 30, chain })
    .sample({ pid: 1, time: 31, chain })
    // Samples of several processors are not always in order.
    .sample({ pid: 1, time: 11, chain })
    .sample({ pid: 2, tid: 1, time: 32, chain }).file();
  deepEqual(
    visit(file).map((sample) => {
      const { unchanged, at } = sample as { unchanged: number; at: number[] };
      return [unchanged, ...at];
    }),
    [[0, 0, 1], [0, 2, 3], [2, 2, 3], [0, 0, 1], [0, 4, 5]],
  );
});

Deno.test("visitSamples() gives the thread another name from then on, and keeps its stack", () => {
  const chain = [USER, 0x20, 0x10];
  const file = new PerfDataWriter().sample({ pid: 1, time: 5, chain })
    .comm(1, 1, "new", { time: 6 }).sample({ pid: 1, time: 7, chain })
    .sample({ pid: 0, time: 8, chain }).file();
  deepEqual(
    visit(file).map((sample) => {
      const { thread, unchanged } = sample as { thread: string; unchanged: number };
      return [thread, unchanged];
    }),
    [["new", 0], ["new", 2], ["swapper", 0]],
  );
});

Deno.test("visitSamples() weighs samples without a period by the event's rate", () => {
  const sampleType = USUAL & ~Bit.PERIOD;
  deepEqual(weights({}), [7]);
  deepEqual(weights({ sampleType, count: 50 }), [50]);
  deepEqual(weights({ sampleType, frequency: 999, events: ["cpu-clock"] }), [1001001]);
  deepEqual(weights({ sampleType, frequency: 0, events: ["task-clock"] }), [1]);
  deepEqual(weights({ sampleType, frequency: 999, events: ["cycles"] }), [1]);
});

Deno.test("visitSamples() reads the samples of several events, each by its own layout", () => {
  const sampleTypes = [USUAL, USUAL | Bit.ADDR | Bit.CPU];
  const writer = new PerfDataWriter({ events: ["cycles", "instructions"], sampleTypes });
  for (const event of [1, 0, 1]) {
    writer.sample({ pid: 1, time: 10 + event, period: 3 + event, event, chain: [USER, 0x20] });
  }
  const sample = { event: 1, time: 11, weight: 4, thread: ":1", unchanged: 0, at: [0] };
  deepEqual(visit(writer.file()), [
    sample,
    { ...sample, event: 0, time: 10, weight: 3 },
    { ...sample, unchanged: 1 },
  ]);
});

Deno.test("visitSamples() leaves out samples that are too short or of no event of the file", () => {
  const writer = new PerfDataWriter({ events: ["cycles", "instructions"] })
    .record(9, new Uint8Array(0)).record(9, new Uint8Array(16)).sample({
      pid: 1,
      time: 1,
      event: 5,
    })
    .sample({ pid: 1, time: 2, event: 1 });
  equal(visit(writer.file()).length, 1);
  const short = new PerfDataWriter().record(9, new Uint8Array(16)).sample({ pid: 1, time: 3 });
  equal(visit(short.file()).length, 1);
  const bytes = new PerfDataWriter().sample({ pid: 1, time: 1 }).sample({ pid: 1, time: 2 })
    .bytes();
  const header = readFileHeader(openBytes(bytes));
  const cut = bytes.slice(0, header.data.offset + header.data.size - 1);
  equal(visit(openBytes(cut)).length, 1);
});

Deno.test("visitSamples() finds a stack that is deeper than the last", () => {
  const chain = Array.from({ length: 100 }, (_, i) => 0x1000 + 0x10 * i);
  const file = new PerfDataWriter().sample({
    pid: 1,
    time: 1,
    chain: [USER, 0x9000, chain.at(-1)!],
  })
    .sample({ pid: 1, time: 2, chain: [USER, ...chain] })
    .sample({ pid: 1, time: 3, chain: [USER, 0xfff, ...chain.slice(1)] }).file();
  deepEqual(
    visit(file).map((sample) => {
      const { unchanged, at } = sample as { unchanged: number; at: number[] };
      return [unchanged, at.length, new Set(at).size];
    }),
    [[0, 2, 2], [1, 100, 100], [99, 100, 100]],
  );
});
