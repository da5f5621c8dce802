import { deepEqual, equal, notEqual } from "node:assert/strict";

import type { CodeResolver, ResolvedCode } from "../../../lib/recording/code_resolver.ts";
import { frameAt } from "../../../lib/recording/frame.ts";
import { AddressSpace } from "../../../lib/recording/perf_data/address_spaces.ts";
import { AddressKind } from "../../../lib/recording/perf_data/call_chain.ts";
import { Locations } from "../../../lib/recording/perf_data/locations.ts";

const { CALLER, KERNEL, OTHER } = AddressKind;
const FRAMES = [frameAt({ symbol: "js::f:/a.ts:1", module: "" })];

/** A process with a library at 0x1000, a runtime at 0x4000 and generated code at 0x7000. */
function processOf(pid = 7, id = 1): AddressSpace {
  const space = new AddressSpace(pid, id);
  const event = { kind: "map", raw: new Uint8Array(), pid, offset: 0, size: 0x1000 } as const;
  space.map({ ...event, time: 0, start: 0x1000, path: "/lib/a.so" }, 0);
  space.map({ ...event, time: 0, start: 0x4000, path: "/bin/deno" }, 1);
  space.map({ ...event, time: 0, start: 0x7000, path: "//anon" }, 2);
  return space;
}

/** Locations whose resolver gives one answer; its questions are kept. */
function resolvedBy(answer: (address: number, time: number) => ResolvedCode | undefined) {
  const asked: unknown[][] = [];
  const resolver: CodeResolver = {
    framesAt(...question) {
      asked.push(question);
      return answer(question[1], question[2]);
    },
  };
  return { locations: new Locations({ resolver, runtimes: [] }), asked };
}

Deno.test("find() numbers an address once for each process and kind, the kernel's once for all", () => {
  const locations = new Locations({ runtimes: [] });
  const [one, other] = [processOf(7, 1), processOf(8, 2)];
  const find = (space: AddressSpace, kind: number) => locations.find(space, 0x1010, 0, kind, 5);
  deepEqual([find(one, 0), find(one, CALLER), find(other, 0), find(one, 0)], [0, 1, 2, 0]);
  deepEqual([find(one, KERNEL), find(other, KERNEL), find(one, OTHER)], [3, 3, 4]);
  deepEqual([0, 2, 3].map((location) => locations.spaceOf(location)), [1, 2, 0]);
  equal(locations.length, 5);
  notEqual(locations.find(one, 0x1010, 1, 0, 5), 0);
});

Deno.test("Locations.pending has what perf is to find: a caller's call, and no virtual machine", () => {
  const locations = new Locations({ runtimes: [] });
  const space = processOf();
  const caller = locations.find(space, 0x1010, 0, CALLER, 5);
  const generated = locations.find(space, 0x7010, 0, CALLER, 5);
  locations.find(space, 0, 0xffffffff, KERNEL | CALLER, 6);
  const other = locations.find(space, 0x30, 0, OTHER, 6);
  const unknown = locations.find(space, 0x30, 0, 0, 6);
  const user = { pid: 7, time: 5, high: 0, isKernel: false };
  deepEqual(locations.pending.map(({ mapping: _, ...pending }) => pending), [
    { ...user, location: caller, low: 0x100f },
    // perf looks a return address in generated code up as it is.
    { ...user, location: generated, low: 0x7010 },
    { location: 2, pid: 7, time: 6, low: 0xffffffff, high: 0xfffffffe, isKernel: true },
  ]);
  deepEqual([locations.pendingOf(generated), locations.pendingOf(other)], [1, undefined]);
  equal(locations.pendingOf(unknown), undefined);
});

Deno.test("find() makes another location where other code comes to an address", () => {
  const { locations } = resolvedBy((_, time) =>
    time < 10 ? { frames: FRAMES, from: 0, to: 10 } : { frames: FRAMES, from: 10, to: Infinity }
  );
  const space = processOf();
  const at = (time: number) => locations.find(space, 0x7010, 0, 0, time);
  const [first, second] = [at(3), at(12)];
  deepEqual([at(0), at(9), at(10), at(99), at(5)], [first, first, second, second, first]);
  deepEqual([first, second].map((location) => [locations.from(location), locations.to(location)]), [
    [0, 10],
    [10, Infinity],
  ]);
  deepEqual(locations.resolved(first), { frames: FRAMES, yieldsToMap: false });
  equal(locations.pending.length, 0);
});

Deno.test("find() asks the resolver for generated code and the runtime, with the address as it is", () => {
  const { locations, asked } = resolvedBy(() => undefined);
  const space = processOf();
  const library = locations.find(space, 0x1010, 0, CALLER, 5);
  const runtime = locations.find(space, 0x4010, 0, CALLER, 5);
  const generated = locations.find(space, 0x7010, 0, 0, 5);
  deepEqual(asked, [[7, 0x4010, 5, true], [7, 0x7010, 5, false]]);
  deepEqual([library, runtime, generated].map((at) => locations.isRuntimeText(at)), [
    false,
    true,
    false,
  ]);
  // Generated code can become known, so it is asked for again; perf looks it up once.
  deepEqual([locations.to(library), locations.to(generated)], [Infinity, -Infinity]);
  equal(locations.find(space, 0x7010, 0, 0, 6), generated);
  equal(asked.length, 3);
  equal(locations.pending.length, 3);
});

Deno.test("find() leaves to perf what has no frames or yields to a map", () => {
  const space = processOf();
  const yielding = resolvedBy(() => ({ frames: FRAMES, from: 0, to: 9, yieldsToMap: true }));
  const location = yielding.locations.find(space, 0x7010, 0, 0, 5);
  equal(yielding.locations.resolved(location)?.yieldsToMap, true);
  equal(yielding.locations.pendingOf(location), 0);
  const empty = resolvedBy(() => ({ frames: undefined, from: 0, to: 9 }));
  const text = empty.locations.find(space, 0x4010, 0, 0, 5);
  deepEqual([empty.locations.resolved(text), empty.locations.pendingOf(text)], [undefined, 0]);
  equal(empty.locations.isRuntimeText(text), true);
});

Deno.test("find() has every answer hold for the time that was asked for", () => {
  const { locations } = resolvedBy(() => ({ frames: FRAMES, from: 50, to: 40 }));
  const location = locations.find(processOf(), 0x7010, 0, 0, 2 ** 60);
  equal(locations.from(location), 50);
  equal(locations.to(location) > 2 ** 60, true);
  const early = locations.find(processOf(), 0x7020, 0, 0, 45);
  deepEqual([locations.from(early), locations.to(early)], [45, 46]);
});

Deno.test("find() knows all of many addresses again, in any order once it is complete", () => {
  const { locations } = resolvedBy((_, time) => ({ frames: FRAMES, from: time, to: time + 1 }));
  const space = processOf();
  const at = (i: number) => locations.find(space, 0x7000 + (i & 0xff), 0, 0, i >> 8);
  const made = Array.from({ length: 20_000 }, (_, i) => at(i));
  deepEqual([made.at(-1), locations.length], [19_999, 20_000]);
  locations.complete();
  for (let i = 19_999; i >= 0; i -= 7) equal(at(i), made[i]);
  for (let i = 0; i < 20_000; i += 11) equal(at(i), made[i]);
  equal(locations.length, 20_000);
});

Deno.test("find() overlooks no location that was made out of order once it is complete", () => {
  const { locations } = resolvedBy((_, time) => ({ frames: FRAMES, from: time, to: time + 1 }));
  const space = processOf();
  const at = (time: number) => locations.find(space, 0x7010, 0, 0, time);
  const [late, early] = [at(20), at(10)];
  locations.complete();
  deepEqual([at(10), at(20), at(10)], [early, late, early]);
});
