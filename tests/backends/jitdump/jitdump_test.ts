import { deepEqual, equal } from "node:assert/strict";

import {
  encodeClose,
  encodeCodeLoad,
  encodeDebugInfo,
  encodeHeader,
  encodeUnwindingInfo,
  jitdumpPath,
} from "../../../lib/backends/jitdump/jitdump.ts";
import { type JitdumpRecord, readJitdump } from "../../support/jitdump_reader.ts";

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

/** One record as the independent reader finds it. */
function readBack(record: Uint8Array): JitdumpRecord {
  const header = encodeHeader({ architecture: "x86_64", pid: 1 });
  const { records, rest } = readJitdump(new Uint8Array([...header, ...record]));
  deepEqual([records.length, rest], [1, 0]);
  return records[0]!;
}

Deno.test("jitdumpPath() is the path that perf reads", () => {
  equal(jitdumpPath(4711), "/tmp/jit-4711.dump");
});

Deno.test("encodeHeader() writes the specification's fields", () => {
  equal(
    hex(encodeHeader({ architecture: "x86_64", pid: 0x1267 })),
    [
      "44 54 69 4a", // magic
      "01 00 00 00", // version
      "28 00 00 00", // total_size
      "3e 00 00 00", // elf_mach: EM_X86_64
      "00 00 00 00", // pad1
      "67 12 00 00", // pid
      "00 00 00 00 00 00 00 00", // timestamp
      "00 00 00 00 00 00 00 00", // flags
    ].join(" "),
  );
  const aarch64 = readJitdump(encodeHeader({ architecture: "aarch64", pid: 1 }));
  equal(aarch64.header.machine, 183);
});

Deno.test("encodeCodeLoad() writes the specification's fields", () => {
  equal(
    hex(encodeCodeLoad({
      pid: 2,
      address: 0x7f0011223344n,
      size: 4,
      name: "js::é",
      code: Uint8Array.of(0x55, 0x48, 0x89, 0xe5),
    })),
    [
      "00 00 00 00 43 00 00 00 00 00 00 00 00 00 00 00", // JIT_CODE_LOAD, 67 bytes, time
      "02 00 00 00 00 00 00 00", // pid, tid
      "44 33 22 11 00 7f 00 00", // vma
      "44 33 22 11 00 7f 00 00", // code_addr
      "04 00 00 00 00 00 00 00", // code_size
      "00 00 00 00 00 00 00 00", // code_index
      "6a 73 3a 3a c3 a9 00", // name
      "55 48 89 e5", // code
    ].join(" "),
  );
});

Deno.test("encodeCodeLoad() leaves a hole for code that follows later", () => {
  const record = encodeCodeLoad({
    pid: 1,
    address: 0x1000n,
    size: 1 << 20,
    name: "a",
    code: new Uint8Array(),
  });
  equal(record.length, 58);
  equal(new DataView(record.buffer).getUint32(4, true), 58 + (1 << 20));
});

Deno.test("encodeCodeLoad() replaces NUL and line breaks in a name, and cuts a long name", () => {
  for (
    const [name, expected] of [
      ["a\0b", "a\\0b"],
      ["a\nb", "a\\nb"],
      ["a".repeat(5000), "a".repeat(4096)],
      ["日".repeat(5000), "日".repeat(1365)],
      ["", ""],
    ] as const
  ) {
    const record = readBack(
      encodeCodeLoad({ pid: 1, address: 0n, size: 1, name, code: Uint8Array.of(1) }),
    );
    equal(record.kind === "load" && record.name, expected);
  }
});

Deno.test("encodeUnwindingInfo() writes the specification's fields, and fills up to 8 bytes", () => {
  equal(
    hex(encodeUnwindingInfo({ bytes: Uint8Array.of(1, 2, 3, 4, 5), headerSize: 2 }, 8)),
    [
      "04 00 00 00 30 00 00 00 00 00 00 00 00 00 00 00", // JIT_CODE_UNWINDING_INFO, 48 bytes
      "05 00 00 00 00 00 00 00", // unwind_data_size
      "02 00 00 00 00 00 00 00", // eh_frame_hdr_size
      "08 00 00 00 00 00 00 00", // mapped_size
      "01 02 03 04 05 00 00 00",
    ].join(" "),
  );
});

Deno.test("encodeDebugInfo() writes the specification's fields, and fills up to 8 bytes", () => {
  equal(
    hex(encodeDebugInfo(0x1000n, [
      { address: 0x1000n, line: 12, file: "/a.ts" },
      { address: 0x1010n, line: 12, file: "/a.ts" },
    ])),
    [
      "02 00 00 00 50 00 00 00 00 00 00 00 00 00 00 00", // JIT_CODE_DEBUG_INFO, 80 bytes
      "00 10 00 00 00 00 00 00", // code_addr
      "02 00 00 00 00 00 00 00", // nr_entry
      "00 10 00 00 00 00 00 00 0c 00 00 00 00 00 00 00 2f 61 2e 74 73 00",
      "10 10 00 00 00 00 00 00 0c 00 00 00 00 00 00 00 2f 61 2e 74 73 00",
      "00 00 00 00",
    ].join(" "),
  );
});

Deno.test("encodeClose() has no fields of its own", () => {
  equal(hex(encodeClose()), "03 00 00 00 10 00 00 00 00 00 00 00 00 00 00 00");
});

Deno.test("readJitdump() of the tests reads all records before an incomplete one", () => {
  const whole = [
    ...encodeHeader({ architecture: "x86_64", pid: 1 }),
    ...encodeClose(),
    ...encodeClose(),
  ];
  for (let missing = 1; missing <= 16; missing++) {
    const { records, rest } = readJitdump(Uint8Array.from(whole.slice(0, -missing)));
    deepEqual([records.length, rest], [1, 16 - missing]);
  }
});
