import { deepEqual, equal } from "node:assert/strict";

import { readFileHeader } from "../../../lib/recording/perf_data/file_header.ts";
import { readSideEvents, RecordType } from "../../../lib/recording/perf_data/side_events.ts";
import { Bit, numbers64, PerfDataWriter, USUAL } from "../../support/perf_data_file.ts";

/** The events of a file, without their bytes. */
function read(writer: PerfDataWriter) {
  const file = writer.file();
  const { events, ...facts } = readSideEvents(file, readFileHeader(file));
  return { events: events.map(({ raw: _, ...event }) => event), raw: events, ...facts };
}

Deno.test("readSideEvents() reads names, forks and mappings, in the order of time", () => {
  const { events, samples } = read(
    new PerfDataWriter()
      .fork(3, 2, { time: 30, tid: 4, parentTid: 5 })
      .comm(1, 2, "worker ü", { time: 20, isExec: true })
      .sample({ pid: 1, time: 25 })
      .map(1, { start: 2 ** 46, size: 0x1000, path: "/lib/a.so", offset: 0x2000, time: 10 })
      .mapOld(1, { start: 0x5000, size: 0x10, path: "//anon", time: 10 }),
  );
  equal(samples, 1);
  const map = { kind: "map", time: 10, pid: 1 };
  deepEqual(events, [
    { ...map, start: 2 ** 46, size: 0x1000, offset: 0x2000, path: "/lib/a.so" },
    { ...map, start: 0x5000, size: 0x10, offset: 0, path: "//anon" },
    { kind: "comm", time: 20, pid: 1, tid: 2, name: "worker ü", isExec: true },
    { kind: "fork", time: 30, pid: 3, tid: 4, parentPid: 2, parentTid: 5, inheritsMemory: true },
  ]);
});

Deno.test("readSideEvents() leaves mappings of data and unknown records out, and keeps kernel symbols", () => {
  const { events, raw } = read(
    new PerfDataWriter()
      .map(1, { start: 0, size: 1, path: "/data", misc: 1 << 13 | 2 })
      .record(999, new Uint8Array(64), { time: 5 })
      .record(RecordType.KSYMBOL, numbers64(1, 2, 3), { time: 6 })
      .fork(2, 1, { time: 7, misc: 1 << 13 }),
  );
  deepEqual(events.map(({ kind, pid, time }) => [kind, pid, time]), [["other", -1, 6], [
    "fork",
    2,
    7,
  ]]);
  const [, fork] = events;
  equal(fork!.kind === "fork" && fork!.inheritsMemory, false);
  // A record's bytes are its own, without the sample's identification.
  equal(raw[0]!.raw.length, 8 + 24);
});

Deno.test("readSideEvents() ignores records that are too short for what they claim to be", () => {
  const writer = new PerfDataWriter();
  for (const type of [1, 2, 3, 7, 10, 13, 16, 17]) {
    writer.record(type, new Uint8Array()).record(type, numbers64(1));
  }
  writer.comm(1, 1, "end", { time: 1 });
  const { events } = read(writer);
  deepEqual(events.map(({ kind }) => kind), ["comm"]);
});

Deno.test("readSideEvents() takes the time that perf gives what it has looked up itself as 0", () => {
  const writer = new PerfDataWriter().comm(1, 1, "later", { time: 5 });
  const content = new Uint8Array([1, 0, 0, 0, 1, 0, 0, 0, 0x61, 0, 0, 0, 0, 0, 0, 0]);
  const id = [...numbers64(0x100000001n, 2n ** 64n - 1n, 100)];
  const { events } = read(writer.record(3, new Uint8Array([...content, ...id])));
  deepEqual(events.map((event) => [event.time, event.kind === "comm" && event.name]), [
    [0, "a"],
    [5, "later"],
  ]);
});

Deno.test("readSideEvents() finds a record's time by the event that it belongs to", () => {
  const sampleTypes = [USUAL, USUAL | Bit.CPU | Bit.STREAM_ID];
  const writer = new PerfDataWriter({ events: ["cycles", "instructions"], sampleTypes });
  for (const event of [0, 1]) {
    writer.record(3, new Uint8Array([...numbers64(1, 0x61 + event)]), {
      ...{ event, time: 40 + event, pid: 1 },
    });
  }
  deepEqual(read(writer).events.map((event) => [event.time, event.kind === "comm" && event.name]), [
    [40, "a"],
    [41, "b"],
  ]);
});

Deno.test("readSideEvents() counts lost samples once, but not those that a filter left out", () => {
  const lost = (readFormat: number) =>
    read(
      new PerfDataWriter({ readFormat }).lost(3).lostSamples(4).lostSamples(50, 1 << 15),
    ).lostSamples;
  deepEqual([lost(0), lost(1 << 4)], [7, 4]);
});

Deno.test("readSideEvents() names the first obstacle that only records show", () => {
  const obstacle = (...types: number[]) => {
    const writer = new PerfDataWriter();
    for (const type of types) writer.record(type, numbers64(0));
    return read(writer).obstacle;
  };
  equal(obstacle(), undefined);
  equal(obstacle(RecordType.COMPRESSED2, RecordType.AUXTRACE_INFO), "it is compressed");
  equal(obstacle(RecordType.AUXTRACE_INFO), "it has traces of the processor");
  equal(obstacle(RecordType.CALLCHAIN_DEFERRED), "its call chains are in pieces");
});
