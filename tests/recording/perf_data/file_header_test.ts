import { deepEqual, equal } from "node:assert/strict";

import { readFileHeader } from "../../../lib/recording/perf_data/file_header.ts";
import { Bit, numbers64, openBytes, PerfDataWriter, USUAL } from "../../support/perf_data_file.ts";

Deno.test("readFileHeader() reads events with their names and attributes", () => {
  const { events, version, commandLine, sampleTime } = readFileHeader(
    new PerfDataWriter({
      events: ["cpu-clock:u", "my event: x"],
      sampleTypes: [USUAL, USUAL | Bit.CPU],
      count: 7,
      clock: 1,
      maxFrames: 64,
      commandLine: ["perf", "record", "", "a b"],
      features: { 21: numbers64(5, 2n ** 40n) },
    }).comm(1, 1, "deno").file(),
  );
  deepEqual(events.map(({ name, ids }) => ({ name, ids })), [
    { name: "cpu-clock:u", ids: [100] },
    { name: "my event: x", ids: [101] },
  ]);
  deepEqual(events[1]!.attributes, {
    type: 4,
    config: 0x101,
    rate: 7,
    isFrequency: false,
    sampleType: USUAL | Bit.CPU,
    readFormat: 0,
    hasSampleId: true,
    hasSwitches: false,
    clock: 1,
    branchType: 0,
    stackSize: 0,
    maxFrames: 64,
    hasUnknownFlags: false,
  });
  equal(version, "6.12.95");
  deepEqual(commandLine, ["perf", "record", "", "a b"]);
  deepEqual(sampleTime, { first: 5, last: 2 ** 40 });
});

Deno.test("readFileHeader() names events by itself if the file does not", () => {
  const { events, version, commandLine, reference } = readFileHeader(
    new PerfDataWriter({ events: ["task-clock", "instructions", "x"], hasFeatures: false }).comm(
      1,
      1,
      "deno",
    ).file(),
  );
  deepEqual(events.map(({ name }) => name), ["task-clock", "instructions", "event type 4 0x102"]);
  deepEqual([version, commandLine, reference], ["", [], undefined]);
});

Deno.test("readFileHeader() reads the clock's time beside the time of day", () => {
  const clock = Uint8Array.of(1, 0, 0, 0, 1, 0, 0, 0, ...numbers64(1_700_000_000_000_500_000n, 42));
  const { reference } = readFileHeader(
    new PerfDataWriter({ features: { 29: clock } }).comm(1, 1, "a").file(),
  );
  deepEqual(reference, { time: 42, wallClock: 1_700_000_000_000.5 });
});

Deno.test("readFileHeader() reads the remaining parts of a file that is cut off", () => {
  const bytes = new PerfDataWriter().comm(1, 1, "deno").bytes();
  for (let length = 104; length < bytes.length; length++) {
    equal(readFileHeader(openBytes(bytes.slice(0, length))).form, "file");
  }
});
