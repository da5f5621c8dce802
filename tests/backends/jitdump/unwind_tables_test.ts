/*
 * The tables against themselves byte by byte, and against binutils, which reads them back from an
 * ELF file laid out as perf lays out its own.
 */
import { deepEqual, equal, ok } from "node:assert/strict";

import {
  encodeUnwindTables,
  regionRules,
  trampolineRule,
} from "../../../lib/backends/jitdump/unwind_tables.ts";
import { obstacleOfCommand, testNeeding } from "../../support/needing.ts";

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

Deno.test("encodeUnwindTables() encodes an x86_64 trampoline", () => {
  const { bytes, headerSize } = encodeUnwindTables("x86_64", 24, [trampolineRule("x86_64", 12)]);
  equal(headerSize, 20);
  equal(
    hex(bytes),
    [
      "14 00 00 00 00 00 00 00 01 7a 52 00 01 78 10 01 1b 0c 07 08 90 01 00 00", // CIE
      "1c 00 00 00 1c 00 00 00 c8 ff ff ff 0c 00 00 00 00", // FDE: -(24 + 24 + 8), 12 bytes
      "45 0e 10 86 02 43 0d 06 43 0c 07 08 c6 00 00",
      "00 00 00 00 00 00 00 00", // the end
      "01 1b 03 3b bc ff ff ff 01 00 00 00 a8 ff ff ff d8 ff ff ff", // header: -68; 1; -88, -40
    ].join(" "),
  );
});

Deno.test("encodeUnwindTables() encodes an aarch64 trampoline", () => {
  const { bytes, headerSize } = encodeUnwindTables("aarch64", 32, [trampolineRule("aarch64", 24)]);
  equal(headerSize, 20);
  equal(
    hex(bytes),
    [
      "14 00 00 00 00 00 00 00 01 7a 52 00 04 78 1e 01 1b 0c 1f 00 00 00 00 00",
      "24 00 00 00 1c 00 00 00 c0 ff ff ff 18 00 00 00 00",
      "42 0e 10 9d 02 9e 01 41 0d 1d 42 0c 1f 00 dd de 00 00 00 00 00 00 00",
      "00 00 00 00 00 00 00 00",
      "01 1b 03 3b b4 ff ff ff 01 00 00 00 98 ff ff ff d0 ff ff ff",
    ].join(" "),
  );
});

Deno.test("encodeUnwindTables() fits into the space that the backend reserves", () => {
  for (const [architecture, size] of [["x86_64", 12], ["aarch64", 24]] as const) {
    const code = Math.ceil(size / 8) * 8 + 8;
    const { bytes } = encodeUnwindTables(architecture, code, [trampolineRule(architecture, size)]);
    ok(code + Math.ceil(bytes.length / 8) * 8 <= size + 104, `${architecture}: ${bytes.length}`);
  }
});

Deno.test("regionRules() has its own rule where libffi hides its frame record", () => {
  deepEqual(
    regionRules("x86_64", 4096, 1000).map((
      { start, end, instructions },
    ) => [start, end, instructions[2]]),
    [[0, 952, 16], [952, 1016, 32], [1016, 4096, 16]],
  );
  deepEqual(regionRules("x86_64", 4096, 10).map(({ start, end }) => [start, end]), [
    [0, 26],
    [26, 4096],
  ]);
  equal(regionRules("x86_64", 4096).length, 1);
  equal(regionRules("aarch64", 4096).length, 1);
});

/** An ELF file as tools/perf/util/genelf.c makes it: .text, .eh_frame behind it, .eh_frame_hdr. */
async function readBack(
  architecture: "x86_64" | "aarch64",
  size: number,
  tables: { bytes: Uint8Array; headerSize: number },
): Promise<string> {
  const directory = await Deno.makeTempDir({ prefix: "xperf-unwind-" });
  try {
    const frameSize = tables.bytes.length - tables.headerSize;
    const section = (name: string, bytes: Uint8Array, flags: string) =>
      `.section ${name},"${flags}",@progbits\n.balign 8\n.byte ${[...bytes].join()}\n`;
    await Deno.writeTextFile(
      `${directory}/tables.s`,
      section(".text", new Uint8Array(size), "ax") +
        section(".eh_frame_x", tables.bytes.subarray(0, frameSize), "a") +
        section(".eh_frame_hdr_x", tables.bytes.subarray(frameSize), "a"),
    );
    // Under their own names the linker would rewrite them.
    await Deno.writeTextFile(
      `${directory}/tables.ld`,
      `SECTIONS { . = 0x80; .text : { *(.text) }
       .eh_frame : { *(.eh_frame_x) } .eh_frame_hdr : { *(.eh_frame_hdr_x) } }`,
    );
    const prefix = `${architecture}-linux-gnu-`;
    for (
      const command of [
        [`${prefix}as`, "-o", "tables.o", "tables.s"],
        [`${prefix}ld`, "-shared", "-T", "tables.ld", "-o", "tables.so", "tables.o"],
      ]
    ) await run(command, directory);
    return await run([`${prefix}readelf`, "--debug-dump=frames-interp", "tables.so"], directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function run([command, ...args]: string[], cwd: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command!, { args, cwd }).output();
  ok(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

/** The rows that readelf shows, their columns separated by one space. */
function rows(text: string): string[] {
  return text.split("\n").filter((line) => /^[0-9a-f]{16} \S|pc=/.test(line))
    .map((line) => line.replace(/ +/g, " ").trim());
}

testNeeding(
  obstacleOfCommand("x86_64-linux-gnu-readelf", "--version"),
  "encodeUnwindTables() means the same to binutils, on x86_64",
  async () => {
    const trampoline = encodeUnwindTables("x86_64", 24, [trampolineRule("x86_64", 12)]);
    deepEqual(rows(await readBack("x86_64", 24, trampoline)).slice(-5), [
      "00000018 000000000000001c 0000001c FDE cie=00000000 pc=0000000000000080..000000000000008c",
      "0000000000000080 rsp+8 u c-8",
      "0000000000000085 rsp+16 c-16 c-8",
      "0000000000000088 rbp+16 c-16 c-8",
      "000000000000008b rsp+8 u c-8",
    ]);
    const region = encodeUnwindTables("x86_64", 3840, regionRules("x86_64", 4096, 1000));
    deepEqual(rows(await readBack("x86_64", 3840, region)).slice(-6), [
      "00000018 0000000000000014 0000001c FDE cie=00000000 pc=0000000000000080..0000000000000438",
      "0000000000000080 rbp+16 c-16 c-8",
      "00000030 0000000000000014 00000034 FDE cie=00000000 pc=0000000000000438..0000000000000478",
      "0000000000000438 rbp+32 c-16 c-8",
      "00000048 0000000000000014 0000004c FDE cie=00000000 pc=0000000000000478..0000000000001080",
      "0000000000000478 rbp+16 c-16 c-8",
    ]);
  },
);

testNeeding(
  obstacleOfCommand("aarch64-linux-gnu-readelf", "--version"),
  "encodeUnwindTables() means the same to binutils, on aarch64",
  async () => {
    const trampoline = encodeUnwindTables("aarch64", 32, [trampolineRule("aarch64", 24)]);
    deepEqual(rows(await readBack("aarch64", 32, trampoline)).slice(-5), [
      "00000018 0000000000000024 0000001c FDE cie=00000000 pc=0000000000000080..0000000000000098",
      "0000000000000080 sp+0 u u",
      "0000000000000088 sp+16 c-16 c-8",
      "000000000000008c x29+16 c-16 c-8",
      "0000000000000094 sp+0 u u",
    ]);
    const region = encodeUnwindTables("aarch64", 3840, regionRules("aarch64", 4096));
    deepEqual(rows(await readBack("aarch64", 3840, region)).slice(-1), [
      "0000000000000080 x29+16 c-16 c-8",
    ]);
  },
);
