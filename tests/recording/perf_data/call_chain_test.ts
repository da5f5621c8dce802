import { deepEqual } from "node:assert/strict";

import { AddressKind, CallChain } from "../../../lib/recording/perf_data/call_chain.ts";
import { KERNEL, USER } from "../../support/perf_data_file.ts";

const { CALLER, KERNEL: IN_KERNEL, OTHER } = AddressKind;

/** A sample of an instruction and a call chain, behind the record's head. */
const LAYOUT = { ip: 8, tid: -1, time: -1, period: -1, callChain: 16, least: 24 };

/** Has a chain read a sample; the addresses with their kinds. */
function read(
  entries: readonly (bigint | number)[],
  { ip = 0x77n, misc = 2, count = entries.length, chain = new CallChain(), hasChain = true } = {},
): [bigint, number][] {
  // Bytes that belong to other records lie around it.
  const at = 40;
  const size = 24 + 8 * entries.length;
  const view = new DataView(new Uint8Array(at + size + 40).fill(0xee).buffer);
  view.setBigUint64(at + 8, ip, true);
  view.setBigUint64(at + 16, BigInt(count), true);
  for (const [i, entry] of entries.entries()) {
    view.setBigUint64(at + 24 + 8 * i, BigInt(entry), true);
  }
  const layout = hasChain ? LAYOUT : { ...LAYOUT, callChain: -1 };
  chain.read(view, at, { size, misc, layout });
  return Array.from({ length: chain.length }, (_, i) => [
    BigInt(chain.high[i]!) << 32n | BigInt(chain.low[i]!),
    chain.kind[i]!,
  ]);
}

Deno.test("read() tells callers from the place where the processor was, in each part of the system", () => {
  deepEqual(read([KERNEL, 0xffffffff80000001n, 0xffffffff80000002n, USER, 0x10, 0x7f00000000020]), [
    [0xffffffff80000001n, IN_KERNEL],
    [0xffffffff80000002n, IN_KERNEL | CALLER],
    [0x10n, 0],
    [0x7f00000000020n, CALLER],
  ]);
  // PERF_CONTEXT_GUEST, and a context that is not known yet.
  deepEqual(read([-2048n & (1n << 64n) - 1n, 1, -4095n & (1n << 64n) - 1n, 2]), [
    [1n, OTHER],
    [2n, OTHER],
  ]);
});

Deno.test("read() takes the sample's mode where the chain names no context", () => {
  deepEqual(read([0x10, 0x20], { misc: 2 }), [[0x10n, 0], [0x20n, CALLER]]);
  deepEqual(read([0x10], { misc: 1 }), [[0x10n, IN_KERNEL]]);
  deepEqual(read([0x10], { misc: 3 }), [[0x10n, OTHER]]);
  // Other bits of `misc` are no mode.
  deepEqual(read([0x10], { misc: 2 | 1 << 14 }), [[0x10n, 0]]);
  // Of an unknown mode the address decides.
  deepEqual(read([0xffffffff80000001n], { misc: 0 }), [[0xffffffff80000001n, IN_KERNEL]]);
  deepEqual(read([0x7fffffffffffn], { misc: 0 }), [[0x7fffffffffffn, 0]]);
});

Deno.test("read() takes the instruction where there is no chain, or no address in it", () => {
  deepEqual(read([]), [[0x77n, 0]]);
  deepEqual(read([USER]), [[0x77n, 0]]);
  deepEqual(read([0x10], { hasChain: false, misc: 1 }), [[0x77n, IN_KERNEL]]);
});

Deno.test("read() stays in the record, whatever number of addresses it claims", () => {
  deepEqual(read([USER, 0x10], { count: 2 ** 40 }), [[0x10n, 0]]);
  deepEqual(read([USER, 0x10, 0x20], { count: 2 }), [[0x10n, 0]]);
});

Deno.test("read() grows for a long chain, and forgets it for the next", () => {
  const chain = new CallChain();
  const long = Array.from({ length: 5000 }, (_, i) => 0x100 + i);
  const found = read([USER, ...long], { chain });
  deepEqual([found.length, found[0], found.at(-1)], [5000, [0x100n, 0], [0x100n + 4999n, CALLER]]);
  deepEqual(read([USER, 0x10], { chain }), [[0x10n, 0]]);
});
