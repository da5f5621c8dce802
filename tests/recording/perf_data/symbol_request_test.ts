import { deepEqual, equal } from "node:assert/strict";

import { readSection } from "../../../lib/recording/perf_data/data_file.ts";
import { Feature, readFileHeader } from "../../../lib/recording/perf_data/file_header.ts";
import type { PendingAddress } from "../../../lib/recording/perf_data/locations.ts";
import { readSideEvents, RecordType } from "../../../lib/recording/perf_data/side_events.ts";
import { symbolRequest } from "../../../lib/recording/perf_data/symbol_request.ts";
import {
  type FileOptions,
  KERNEL,
  openBytes,
  PerfDataWriter,
  readQuestions,
  USER,
} from "../../support/perf_data_file.ts";

function pending(low: number, fields: Partial<PendingAddress> = {}): PendingAddress {
  return { location: 0, pid: 1, time: 0, low, high: 0, isKernel: false, ...fields };
}

/** Makes a request of what happened in a recording. */
function request(
  addresses: PendingAddress[],
  fill: (writer: PerfDataWriter) => unknown,
  options?: FileOptions,
) {
  const writer = new PerfDataWriter(options);
  fill(writer);
  const file = writer.file();
  const header = readFileHeader(file);
  const { events } = readSideEvents(file, header);
  const { bytes, samples } = symbolRequest(addresses, { file, header, events });
  return { bytes, samples, questions: readQuestions(bytes) };
}

/** A request's records in turn: names of threads, paths of mappings, and first addresses asked for. */
function records(bytes: Uint8Array<ArrayBuffer>): string[] {
  const view = new DataView(bytes.buffer);
  const file = openBytes(bytes);
  const header = readFileHeader(file);
  const told = readSideEvents(file, header).events.map((event) => ({
    time: event.time,
    text: event.kind === "map" ? event.path : event.kind === "comm" ? event.name : event.kind,
  }));
  const { offset, size } = header.data;
  for (let at = offset; at < offset + size; at += view.getUint16(at + 6, true)) {
    if (view.getUint32(at, true) !== RecordType.SAMPLE) continue;
    const time = Number(view.getBigUint64(at + 24, true));
    told.push({ time, text: String(view.getUint32(at + 56, true)) });
  }
  return told.sort((a, b) => a.time - b.time).map(({ text }) => text);
}

Deno.test("symbolRequest() asks for each address in the memory that its process had then", () => {
  const addresses = [pending(3, { time: 30 }), pending(1, { time: 10 }), pending(2, { time: 20 })];
  const { bytes, samples, questions } = request(addresses, (writer) => {
    writer.comm(1, 1, "deno").map(1, { start: 0, size: 99, path: "/a", time: 5 })
      .map(2, { start: 0, size: 99, path: "/other process", time: 15 })
      .map(1, { start: 0, size: 99, path: "/b", time: 25 });
  });
  deepEqual(samples, [[1, 2], [0]]);
  deepEqual(questions, [
    { pid: 1, period: 1n, chain: [USER, 1n, 2n] },
    { pid: 1, period: 2n, chain: [USER, 3n] },
  ]);
  deepEqual(records(bytes), ["deno", "/a", "/other process", "1", "/b", "3"]);
});

Deno.test("symbolRequest() keeps the kernel's addresses apart, and asks all before a kernel symbol", () => {
  const kernel = { isKernel: true, high: 0xffffffff };
  const addresses = [pending(1), pending(2, kernel), pending(3, { pid: 9 }), pending(4, kernel)];
  const { samples, questions } = request(addresses, (writer) => {
    writer.record(17, new Uint8Array(24), { time: 5 });
  });
  deepEqual(samples, [[0], [1, 3], [2]]);
  deepEqual(questions.map(({ pid, chain }) => [pid, ...chain]), [
    [1, USER, 1n],
    [1, KERNEL, 0xffffffff00000002n, 0xffffffff00000004n],
    [9, USER, 3n],
  ]);
});

Deno.test("symbolRequest() asks for no more than 1000 addresses in a sample", () => {
  const addresses = Array.from({ length: 2001 }, (_, i) => pending(i + 1));
  const { samples, questions } = request(addresses, () => {});
  deepEqual(samples.map(({ length }) => length), [1000, 1000, 1]);
  deepEqual(questions.map(({ chain }) => chain.length), [1001, 1001, 2]);
  equal(questions[2]!.chain[1], 2001n);
});

Deno.test("symbolRequest() copies the features that perf needs, and no others", () => {
  const buildId = new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]);
  const { bytes } = request([pending(1)], (writer) => writer.lost(1), {
    features: { [Feature.BUILD_ID]: buildId, [Feature.COMPRESSED]: new Uint8Array(8) },
  });
  const file = openBytes(bytes);
  const header = readFileHeader(file);
  const { BUILD_ID, HOSTNAME, VERSION, ARCH } = Feature;
  deepEqual([...header.features.keys()], [BUILD_ID, HOSTNAME, VERSION, ARCH]);
  const copy = readSection(file, header.features.get(BUILD_ID)!);
  deepEqual(new Uint8Array(copy.buffer, copy.byteOffset, copy.byteLength), buildId);
  equal(header.events[0]!.attributes.type, 1);
});

Deno.test("symbolRequest() makes a file of nothing", () => {
  const { bytes, samples, questions } = request([], () => {});
  deepEqual([samples, questions], [[], []]);
  equal(readFileHeader(openBytes(bytes)).form, "file");
});
