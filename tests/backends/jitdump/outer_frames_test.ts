import { deepEqual, equal } from "node:assert/strict";

import { outerFrames } from "../../../lib/backends/jitdump/outer_frames.ts";

const REGIONS = [
  { start: 0x1000n, end: 0x2000n, kind: "runtime" },
  { start: 0x8000n, end: 0x9000n, kind: "generated" },
] as const;

/** Records of one chain by their addresses and return addresses. */
function chain(...frames: [address: bigint, returnAddress: bigint][]) {
  return frames.map(([address, returnAddress], i) => ({
    address,
    caller: frames[i + 1]?.[0] ?? 0n,
    returnAddress,
  }));
}

Deno.test("outerFrames() has the records outside the outermost JavaScript, and nothing else", () => {
  const outer = outerFrames(
    chain(
      [0x7000n, 0x1001n],
      [0x7010n, 0x8001n],
      [0x7030n, 0x1002n],
      [0x7050n, 0x8002n],
      [0x7060n, 0x1003n],
      [0x7080n, 0xf000n],
    ),
    REGIONS,
  )!;
  equal(outer.address, 0x7060n);
  deepEqual([...new BigUint64Array(outer.bytes.buffer)], [0x7080n, 0x1003n, 0n, 0n, 0n, 0xf000n]);
});

Deno.test("outerFrames() is empty without JavaScript, or with nothing outside of it", () => {
  equal(outerFrames([], REGIONS), undefined);
  equal(outerFrames(chain([0x7000n, 0x1001n], [0x7010n, 0xf000n]), REGIONS), undefined);
  equal(outerFrames(chain([0x7000n, 0x1001n], [0x7010n, 0x8001n]), REGIONS), undefined);
});
