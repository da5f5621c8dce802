import { deepEqual, equal } from "node:assert/strict";

import { canReadDirectly } from "../../../lib/recording/perf_data/can_read_directly.ts";
import { readFileHeader } from "../../../lib/recording/perf_data/file_header.ts";
import { Bit, openBytes, PerfDataWriter, USUAL } from "../../support/perf_data_file.ts";

/** A recording with one record, as `perf` makes it. */
function bytesOf(options: ConstructorParameters<typeof PerfDataWriter>[0] = {}): Uint8Array {
  return new PerfDataWriter(options).comm(1, 1, "deno").bytes();
}

function reasonFor(options: ConstructorParameters<typeof PerfDataWriter>[0]): string | undefined {
  return canReadDirectly(readFileHeader(openBytes(bytesOf(options))));
}

Deno.test("canReadDirectly() accepts the usual files of perf record", () => {
  for (
    const options of [
      {},
      { hasFeatures: false },
      { events: ["cycles", "instructions"] },
      { sampleType: Bit.IP | Bit.TID | Bit.TIME },
      { sampleType: USUAL | Bit.RAW | Bit.ADDR | Bit.CPU | Bit.STREAM_ID },
      { events: ["cycles", "dummy:HG"], sampleTypes: [USUAL, USUAL & ~Bit.CALLCHAIN] },
      { commandLine: ["perf", "record", "inject"] },
    ]
  ) equal(reasonFor(options), undefined);
});

Deno.test("canReadDirectly() names each obstacle", () => {
  const none = new Uint8Array();
  const types = [USUAL, USUAL | Bit.CPU].map((type) => type & ~Bit.IDENTIFIER | Bit.ID);
  const reasons = [
    reasonFor({ events: [] }),
    reasonFor({ features: { 27: none } }),
    reasonFor({ features: { 24: none } }),
    reasonFor({ features: { 18: none } }),
    reasonFor({ commandLine: ["/usr/bin/perf", "inject", "--jit"] }),
    reasonFor({ sampleType: USUAL & ~Bit.TIME }),
    reasonFor({ sampleType: USUAL | Bit.STACK_USER }),
    reasonFor({ sampleType: USUAL | Bit.READ }),
    reasonFor({ sampleType: USUAL | Bit.BRANCH_STACK, branchType: 1n << 11n }),
    reasonFor({ flags: 1n << 38n }),
    reasonFor({ events: ["cycles", "instructions"], sampleTypes: types }),
    reasonFor({ events: ["cycles", "instructions"], sampleType: USUAL & ~Bit.IDENTIFIER }),
  ];
  deepEqual(reasons, [
    "it names no events",
    "it is compressed",
    "it is one of several files",
    "it has traces of the processor",
    "perf inject has made it",
    "its samples have no address, thread or time",
    "stacks are to be unwound",
    "its samples have counters of groups",
    "its call chains are branches",
    "a newer kernel has made it",
    "its samples do not name their event",
    "its samples do not name their event",
  ]);
});

Deno.test("canReadDirectly() refuses other forms of files", () => {
  const reason = (change: (bytes: Uint8Array) => Uint8Array) =>
    canReadDirectly(readFileHeader(openBytes(change(bytesOf()))));
  const with64 = (at: number, value: number) => (bytes: Uint8Array) => {
    new DataView(bytes.buffer).setBigUint64(at, BigInt(value), true);
    return bytes;
  };
  equal(reason((bytes) => bytes), undefined);
  equal(reason(with64(8, 16)), "it was written into a pipe");
  equal(reason(with64(8, 72)), "its version is unknown");
  equal(reason(with64(48, 0)), "perf has not written it to its end");
  equal(reason((bytes) => bytes.slice(0, 100)), "its version is unknown");
  equal(reason(() => new Uint8Array()), "its version is unknown");
  equal(
    reason(() => new TextEncoder().encode("2ELIFREP".padEnd(104))),
    "its numbers are big-endian",
  );
});
