import { deepEqual, equal, throws } from "node:assert/strict";

import { ExportProfilesServiceRequest } from "../../../lib/push/otlp/otlp_messages.js";
import { profilesRequest } from "../../../lib/push/otlp/profiles_request.ts";
import type { PushResource } from "../../../lib/push/push_resource.ts";
import { windowOf } from "../../../lib/push/profile_window.ts";
import { frameAt, functionFrame } from "../../../lib/recording/frame.ts";
import type { Recording } from "../../../lib/recording/recording.ts";
import { SampleTableBuilder } from "../../../lib/recording/sample_table.ts";
import { StackTable } from "../../../lib/recording/stack_table.ts";
import { readOtlpProfiles } from "../../support/otlp_profiles.ts";
import { recordingOf } from "../../support/recordings.ts";

const RESOURCE: PushResource = {
  service: "shop",
  attributes: new Map([["region", "eu"], ["service.version", "1.2"]]),
};

function encode(recording: Recording): Uint8Array {
  const request = profilesRequest(windowOf(recording), RESOURCE);
  return ExportProfilesServiceRequest.encode(request).finish();
}

Deno.test("profilesRequest() has stacks, lines, units, the service and the labels", () => {
  const [profile, ...others] = readOtlpProfiles(encode(recordingOf([
    ["deno: libc/main js/js::foo:/a.ts:7 kernel/page_fault", 2],
    ["worker: libc/main deno/", 3],
  ], { frequency: 1_000_000 })));
  equal(others.length, 0);
  const { id: _, ...facts } = { ...profile!, id: 0 };
  deepEqual(facts, {
    resource: { "service.name": "shop", region: "eu", "service.version": "1.2" },
    scope: "@x/perf",
    sampleType: "samples/count",
    periodType: "cpu/nanoseconds",
    period: 1000,
    time: BigInt(Date.UTC(2026, 10, 24, 10, 30)) * 1_000_000n,
    duration: 1_500_000_000,
    samples: [
      {
        frames: ["main", "foo@/a.ts:7", "page_fault"],
        types: ["native", "v8js", "kernel"],
        attributes: { "thread.name": "deno" },
        value: 2,
        spanId: "",
      },
      {
        frames: ["main", "[deno]"],
        types: ["native", "native"],
        attributes: { "thread.name": "worker" },
        value: 3,
        spanId: "",
      },
    ],
  });
});

/** A recording whose samples have threads and times. */
function timed(): Recording {
  const stacks = new StackTable();
  const place = { symbol: "main", module: "/usr/lib/libc.so.6" };
  const foo = { name: "foo", file: "/a.ts", line: 7 };
  const at = (line: number, details = {}) =>
    functionFrame(foo, { position: { line, column: 3 }, ...details });
  const samples = new SampleTableBuilder();
  const add = (thread: number, frames: ReturnType<typeof at>[]) => {
    const stack = stacks.add("deno", [frameAt(place), ...frames], { weight: 1000 });
    samples.add({ time: samples.length, thread, stack, weight: 1000 });
  };
  add(0, [at(8)]);
  add(0, [at(9)]);
  add(1, [at(8)]);
  // It differs only in the compiler, which the format does not have.
  add(1, [at(8, { tier: "turbofan" })]);
  add(2, [at(8)]);
  return {
    ...recordingOf([]),
    frequency: 1_000_000,
    threads: [
      { pid: 10, tid: 10, name: "deno" },
      { pid: 10, tid: 11, name: "worker" },
      { pid: 20, tid: 20, name: "deno" },
    ],
    stacks: stacks.stacks(),
    samples: samples.end(),
  };
}

Deno.test("profilesRequest() has one resource for each process, and equal samples once", () => {
  const profiles = readOtlpProfiles(encode(timed()));
  deepEqual(
    profiles.map(({ resource, samples }) => [
      resource["process.pid"],
      samples.map(({ frames, attributes, value }) =>
        `${attributes["thread.name"]} ${attributes["thread.id"]} ${frames.at(-1)} ${value}`
      ),
    ]),
    [
      [10, ["deno 10 foo@/a.ts:8 1", "deno 10 foo@/a.ts:9 1", "worker 11 foo@/a.ts:8 2"]],
      [20, ["deno 20 foo@/a.ts:8 1"]],
    ],
  );
});

Deno.test("profilesRequest() names other events by their own name", () => {
  const [profile] = readOtlpProfiles(
    encode(recordingOf([["deno: libc/main", 2]], { unit: "events", event: "cycles" })),
  );
  deepEqual([profile!.sampleType, profile!.samples[0]!.value], ["cycles/count", 2000]);
});

Deno.test("profilesRequest() takes any name", () => {
  const names = ["a\ud800b", "\0", "日本", "x".repeat(10_000), "__proto__", "constructor"];
  const stacks = new StackTable();
  for (const name of names) {
    stacks.add(name, [functionFrame({ name, file: `/${name}.ts`, line: 1 })], { weight: 1e6 });
  }
  const [profile] = readOtlpProfiles(encode({ ...recordingOf([]), stacks: stacks.stacks() }));
  deepEqual(
    profile!.samples.map(({ frames }) => frames[0]!.split("@")[0]),
    names.map((name) => name.toWellFormed()),
  );
});

Deno.test("the strict receiver finds each planted fault", () => {
  const request = () => profilesRequest(windowOf(timed()), RESOURCE);
  type Request = ReturnType<typeof request>;
  const faults: [RegExp, (request: Request) => void][] = [
    [/strings\[0\] is not empty/, ({ dictionary }) => dictionary.stringTable[0] = "x"],
    [/strings\[\d+\] equals/, ({ dictionary }) => dictionary.stringTable.push("main")],
    [/stacks\[0\] is not empty/, ({ dictionary }) => dictionary.stackTable.shift()],
    [
      /99 is not in locations/,
      ({ dictionary: { stackTable } }) => stackTable[1]!.locationIndices![0] = 99,
    ],
    [
      /99 is not in functions/,
      ({ dictionary: { locationTable } }) => locationTable[1]!.lines![0]!.functionIndex = 99,
    ],
    [
      /99 is not in mappings/,
      ({ dictionary: { locationTable } }) => locationTable[1]!.mappingIndex = 99,
    ],
    [
      /99 is not in strings/,
      ({ dictionary: { functionTable } }) => functionTable[1]!.nameStrindex = 99,
    ],
    [
      /-1 is not in strings/,
      ({ dictionary: { functionTable } }) => functionTable[1]!.filenameStrindex = -1,
    ],
    [/99 is not in attributes/, (r) => sampleOf(r).attributeIndices.push(99)],
    [/has a key twice/, (r) => sampleOf(r).attributeIndices.push(sampleOf(r).attributeIndices[0]!)],
    [/has not one value/, (r) => sampleOf(r).values.push(1)],
    [/is not positive/, (r) => sampleOf(r).values[0] = 0],
    [/is there twice/, (r) => profileOf(r).samples.push(sampleOf(r))],
    [/the id has not 16 bytes/, (r) => profileOf(r).profileId = new Uint8Array(8)],
    [
      /the duration is not positive/,
      (r) => profileOf(r).durationNano = { low: 0, high: 0, unsigned: true },
    ],
    [/is before 2020/, (r) => profileOf(r).timeUnixNano = { low: 1, high: 0, unsigned: true }],
    [/no service.name/, ({ resourceProfiles }) => resourceProfiles[0]!.resource.attributes.shift()],
    [
      /the trace has not 16 bytes/,
      ({ dictionary }) =>
        dictionary.linkTable.push({ traceId: new Uint8Array(1), spanId: new Uint8Array(8) }),
    ],
    [
      /functions: 1 entries are not used/,
      ({ dictionary }) => dictionary.functionTable.push({ nameStrindex: 1, startLine: 77 }),
    ],
  ];
  const bytesOf = (broken: Request) => ExportProfilesServiceRequest.encode(broken).finish();
  readOtlpProfiles(bytesOf(request()));
  for (const [message, plant] of faults) {
    const broken = request();
    plant(broken);
    throws(() => readOtlpProfiles(bytesOf(broken)), message);
  }
  throws(() => readOtlpProfiles(bytesOf(request()).slice(0, -3)), /cut off/);
  throws(() => readOtlpProfiles(Uint8Array.of(0x1a, 0)), /has no field 3/);

  function profileOf({ resourceProfiles }: Request) {
    return resourceProfiles[0]!.scopeProfiles[0]!.profiles[0]!;
  }
  function sampleOf(broken: Request) {
    return profileOf(broken).samples[0]!;
  }
});
