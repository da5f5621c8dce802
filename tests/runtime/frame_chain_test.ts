import { equal, match } from "node:assert/strict";

import { brokenFrameChain } from "../../lib/runtime/frame_chain.ts";
import type { MemoryMapping } from "../../lib/runtime/memory_maps.ts";

function mapping(start: bigint, path: string, executable = true): MemoryMapping {
  return { start, end: start + 0x1000n, executable, offset: 0n, path };
}

const MAPPINGS = [
  mapping(0x1000n, ""),
  mapping(0x2000n, "/usr/bin/deno"),
  mapping(0x3000n, "/usr/lib/x86_64-linux-gnu/libc.so.6"),
  mapping(0x4000n, "/usr/lib/x86_64-linux-gnu/libc.so.6", false),
  mapping(0x5000n, "/usr/lib/libcrypto.so.3"),
];
const TRAMPOLINE = { trampoline: 0x1100n, size: 12 };

Deno.test("brokenFrameChain() accepts a chain from the trampoline to the C library", () => {
  equal(
    brokenFrameChain({ addresses: [0x2010n, 0x110an, 0x2020n, 0x3010n], ...TRAMPOLINE }, MAPPINGS),
    undefined,
  );
});

Deno.test("brokenFrameChain() accepts a chain that goes on to the program's entry", () => {
  const chain = (...outer: bigint[]) =>
    brokenFrameChain({ addresses: [0x110an, 0x2020n, ...outer], ...TRAMPOLINE }, MAPPINGS);
  equal(chain(0x3010n, 0x2030n), undefined);
  // Generated code has no entry, and one frame behind the C library is the entry alone.
  match(chain(0x3010n, 0x1200n)!, /^the stack ends after 4 frames at 0x1200 in anonymous memory/);
  match(chain(0x3010n, 0x2030n, 0x2040n)!, /^the stack ends after 5 frames/);
});

Deno.test("brokenFrameChain() knows the C libraries by their names", () => {
  for (const path of ["/lib/libc-2.31.so", "/lib/ld-musl-x86_64.so.1", "/lib/libc.so.6"]) {
    const mappings = [mapping(0x1000n, ""), mapping(0x3000n, path)];
    const chain = { addresses: [0x110an, 0x3010n], ...TRAMPOLINE };
    equal(brokenFrameChain(chain, mappings), undefined, path);
  }
});

Deno.test("brokenFrameChain() reports a missing trampoline", () => {
  for (const inside of [0x1100n, 0x110dn]) {
    match(
      brokenFrameChain({ addresses: [0x2010n, inside, 0x3010n], ...TRAMPOLINE }, MAPPINGS)!,
      /^the trampoline is not among the 3 frames/,
    );
  }
  match(brokenFrameChain({ addresses: [], ...TRAMPOLINE }, MAPPINGS)!, /among the 0 frames/);
});

Deno.test("brokenFrameChain() names the place where a chain ends early", () => {
  const cases: [bigint, string][] = [
    [0x2020n, "/usr/bin/deno"],
    [0x1200n, "anonymous memory"],
    [0x4010n, "/usr/lib/x86_64-linux-gnu/libc.so.6"],
    [0x5010n, "/usr/lib/libcrypto.so.3"],
    [0x9000n, "no mapping"],
  ];
  for (const [outermost, place] of cases) {
    equal(
      brokenFrameChain({ addresses: [0x110an, outermost], ...TRAMPOLINE }, MAPPINGS),
      `the stack ends after 2 frames at 0x${outermost.toString(16)} in ${place}, ` +
        "must end in the C library's start of the program",
    );
  }
});
