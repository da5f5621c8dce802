import { deepEqual, equal } from "node:assert/strict";

import {
  AddressSpace,
  AddressSpaces,
  isGenerated,
} from "../../../lib/recording/perf_data/address_spaces.ts";
import type {
  CommEvent,
  ForkEvent,
  MapEvent,
  SideEvent,
} from "../../../lib/recording/perf_data/side_events.ts";

const raw = new Uint8Array();

function map(
  { start, size = 0x1000, path = "/lib/a.so", offset = 0, time = 0, pid = 1 }:
    & { start: number }
    & Partial<MapEvent>,
): MapEvent {
  return { kind: "map", raw, start, size, path, offset, time, pid };
}

function fork(pid: number, parentPid: number, time: number, inheritsMemory = true): ForkEvent {
  return {
    kind: "fork",
    raw,
    pid,
    tid: pid,
    parentPid,
    parentTid: parentPid,
    time,
    inheritsMemory,
  };
}

function comm(pid: number, time: number, { tid = pid, isExec = false } = {}): CommEvent {
  return { kind: "comm", raw, pid, tid, time, name: "a", isExec };
}

/** The path that is mapped at an address. */
function pathAt(space: AddressSpace, address: number, time: number): string | undefined {
  return space.at(address, time).mapping?.path;
}

Deno.test("at() finds the latest mapping of an address, and the time for which it holds", () => {
  const space = new AddressSpace(1, 1);
  equal(space.map(map({ start: 0x1000, time: 10 }), 0), true);
  equal(space.map(map({ start: 0x1800, time: 20, path: "/lib/b.so" }), 1), true);
  deepEqual(space.at(0x1800, 5), { mapping: undefined, from: -Infinity, to: 10 });
  const [{ mapping, ...span }, later] = [space.at(0x1800, 10), space.at(0x1800, 20)];
  deepEqual([mapping!.path, span], ["/lib/a.so", { from: 10, to: 20 }]);
  deepEqual([later.mapping!.path, later.from, later.to], ["/lib/b.so", 20, Infinity]);
  equal(pathAt(space, 0x17ff, 30), "/lib/a.so");
  equal(pathAt(space, 0xfff, 30), undefined);
  equal(pathAt(space, 0x2800, 30), undefined);
});

Deno.test("map() tells no news of what is mapped already", () => {
  const space = new AddressSpace(1, 1);
  space.map(map({ start: 0x1000, offset: 0x4000 }), 0);
  equal(space.map(map({ start: 0x1400, size: 0x400, offset: 0x4400 }), 1), false);
  equal(space.map(map({ start: 0x1400, size: 0x400, offset: 0x4000 }), 2), true);
  equal(space.map(map({ start: 0x1000, size: 0x1001, offset: 0x4000 }), 3), true);
  space.map(map({ start: 0x9000, path: "//anon" }), 4);
  // Memory without a file has no place in it.
  equal(space.map(map({ start: 0x9400, size: 4, path: "//anon", offset: 7 }), 5), false);
  equal(space.map(map({ start: 0x9400, size: 4, path: "[heap]" }), 6), true);
});

Deno.test("AddressSpaces gives a fork the memory that its parent had then, and exec takes it away", () => {
  const spaces = new AddressSpaces([
    map({ start: 0x1000, time: 1, path: "/a" }),
    fork(2, 1, 5),
    map({ start: 0x1000, time: 6, path: "/b" }),
    fork(3, 2, 7),
    comm(2, 8, { isExec: true }),
    fork(4, 1, 9, false),
  ]);
  equal(pathAt(spaces.of(1), 0x1000, 9), "/b");
  deepEqual([4, 5, 8].map((time) => pathAt(spaces.of(2), 0x1000, time)), [
    undefined,
    "/a",
    undefined,
  ]);
  // The copy of a copy: what the grandparent mapped later is not in it.
  equal(pathAt(spaces.of(3), 0x1000, 9), "/a");
  equal(pathAt(spaces.of(4), 0x1000, 9), undefined);
  deepEqual(spaces.of(2).at(0x1000, 5), {
    mapping: { start: 0x1000, end: 0x2000, offset: 0, path: "/a" },
    from: 5,
    to: 8,
  });
});

Deno.test("AddressSpaces.telling has the events that say something of memory or of a process", () => {
  const events: SideEvent[] = [
    map({ start: 0x1000 }),
    map({ start: 0x1000 }),
    map({ start: 0x1000, pid: -1 }),
    map({ start: 0x1000, pid: -1 }),
    comm(1, 1),
    comm(1, 2, { tid: 9 }),
    { ...fork(1, 1, 3), tid: 10 },
    fork(2, 1, 4),
    { kind: "other", raw, pid: -1, time: 5 },
  ];
  const { telling } = new AddressSpaces(events);
  deepEqual(telling.map((event) => events.indexOf(event)), [0, 2, 3, 4, 7, 8]);
});

Deno.test("pidsOf() leads from spaces back to processes", () => {
  const spaces = new AddressSpaces([]);
  const ids = [77, 78, 79].map((pid) => spaces.of(pid).id);
  deepEqual(ids, [1, 2, 3]);
  equal(spaces.of(77), spaces.of(77));
  deepEqual(spaces.pidsOf(new Set([1, 3, 99])), new Set([77, 79]));
});

Deno.test("isGenerated() is true of memory without a file", () => {
  const is = (path: string) => isGenerated({ start: 0, end: 1, offset: 0, path });
  for (const path of ["//anon", "[anon:v8]", "[heap]", "[stack]", "/memfd:jit (deleted)"]) {
    equal(is(path), true, path);
  }
  for (const path of ["/bin/deno", "[vdso]", "", "/anon", "/home/[anon"]) equal(is(path), false);
});
