/*
 * Both architectures' trampolines, byte for byte, on any host that has a C compiler. Their
 * disassembly is what `objdump` prints, where it knows the architecture.
 */
import { deepEqual, equal, match, throws } from "node:assert/strict";
import { fileURLToPath } from "node:url";

import { libraryFile } from "../../lib/native/library_file.ts";
import { currentPlatform } from "../../lib/runtime/runtime.ts";
import { obstacleOfCommand, testNeeding } from "../support/needing.ts";

const SLOT_SIZE = 32;
/** The bytes that tests/ffi/emit.c has behind the slot. */
const BEHIND = "aa".repeat(16);
const ENOSPC = 28;

interface Expected {
  arch: "x86_64" | "aarch64";
  /** Every instruction: its bytes, its disassembly. */
  code: readonly (readonly [bytes: string, disassembly: string])[];
  /** The bytes between the code and the index at the end of the slot. */
  filler: string;
  /** The command that disassembles plain bytes of this architecture. */
  objdump: readonly [command: string, ...args: string[]];
}

const TABLE: readonly Expected[] = [
  {
    arch: "x86_64",
    code: [
      ["f30f1efa", "endbr64"],
      ["55", "push   %rbp"],
      ["4889e5", "mov    %rsp,%rbp"],
      ["ffd6", "call   *%rsi"],
      ["5d", "pop    %rbp"],
      ["c3", "ret"],
    ],
    filler: "cc", // int3
    objdump: ["x86_64-linux-gnu-objdump", "-m", "i386:x86-64"],
  },
  {
    arch: "aarch64",
    code: [
      ["5f2403d5", "bti    c"],
      ["fd7bbfa9", "stp    x29, x30, [sp, #-16]!"],
      ["fd030091", "mov    x29, sp"],
      ["20003fd6", "blr    x1"],
      ["fd7bc1a8", "ldp    x29, x30, [sp], #16"],
      ["c0035fd6", "ret"],
    ],
    filler: "00", // udf #0
    objdump: ["aarch64-linux-gnu-objdump", "-m", "aarch64"],
  },
];

const INDICES: [index: number, bytes: string][] = [
  [0, "00000000"],
  [1, "01000000"],
  [0x12345678, "78563412"],
  [0xffffffff, "ffffffff"],
];

/** Runs a command to its end: its output. */
function run(command: string, args: readonly string[], cwd?: string): string {
  const { success, stdout, stderr } = new Deno.Command(command, { args: [...args], cwd })
    .outputSync();
  const text = new TextDecoder();
  if (!success) throw new Error(`${command} failed: ${text.decode(stderr)}`);
  return text.decode(stdout);
}

/** The emitters in a program: the library exports none of them. */
class Emitters implements Disposable {
  readonly #directory = Deno.makeTempDirSync({ prefix: "xperf-emit-" });

  constructor() {
    const sources = ["../tests/ffi/emit.c", "emit.c", "emit_x86_64.c", "emit_aarch64.c"];
    run(
      "gcc",
      ["-std=c11", "-Wall", "-Wextra", "-Werror", "-I.", "-o", `${this.#directory}/emit`]
        .concat(sources),
      fileURLToPath(new URL("../../ffi", import.meta.url)),
    );
  }

  /** Calls an emitter: its result, and the buffer afterwards. */
  emit(arch: string, capacity: number, index: number): [returned: number, buffer: string] {
    const printed = run(`${this.#directory}/emit`, [arch, `${capacity}`, `${index}`]);
    const [returned, buffer] = printed.split(" ");
    return [Number(returned), buffer!];
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.#directory, { recursive: true });
  }
}

/** Every instruction of a piece of code: its bytes in the order of memory, and objdump's text. */
function disassemble(
  bytes: string,
  [command, ...args]: Expected["objdump"],
): [bytes: string, disassembly: string][] {
  const file = Deno.makeTempFileSync({ prefix: "xperf-code-" });
  try {
    Deno.writeFileSync(file, Uint8Array.fromHex(bytes));
    const listing = run(command, ["-D", "-b", "binary", ...args, file]);
    // `   4:	a9bf7bfd 	stp	x29, x30, [sp, #-16]!`: aarch64's bytes are printed as one word.
    return [...listing.matchAll(/^ *[0-9a-f]+:\t([0-9a-f ]+?) *\t(.*)$/gm)].map(
      ([, printed, text]) => {
        const inOrder = printed!.includes(" ") || printed!.length === 2
          ? printed!.replaceAll(" ", "")
          : printed!.match(/../g)!.toReversed().join("");
        const [mnemonic, operands] = text!.trim().split(/\s+(.*)/, 2);
        return [inOrder, operands ? `${mnemonic!.padEnd(6)} ${operands}` : mnemonic!];
      },
    );
  } finally {
    Deno.removeSync(file);
  }
}

function checkDisassembly({ code, objdump }: Expected): void {
  deepEqual(disassemble(code.map(([bytes]) => bytes).join(""), objdump), code);
}

for (const expected of TABLE) {
  const { arch, code, filler, objdump } = expected;
  const codeBytes = code.map(([bytes]) => bytes).join("");
  const codeSize = codeBytes.length / 2;

  testNeeding(
    obstacleOfCommand("gcc", "--version"),
    `xp_emit_${arch}() writes code, filler and index, and nothing behind the slot`,
    () => {
      using emitters = new Emitters();
      for (const [index, indexBytes] of INDICES) {
        const slot = codeBytes + filler.repeat(SLOT_SIZE - codeSize - 4) + indexBytes;
        for (const capacity of [SLOT_SIZE, SLOT_SIZE + 16]) {
          deepEqual(emitters.emit(arch, capacity, index), [codeSize, slot + BEHIND]);
        }
      }
    },
  );

  testNeeding(
    obstacleOfCommand("gcc", "--version"),
    `xp_emit_${arch}() writes nothing into too small a buffer`,
    () => {
      using emitters = new Emitters();
      const untouched = "aa".repeat(SLOT_SIZE) + BEHIND;
      for (const capacity of [0, 1, SLOT_SIZE - 1]) {
        deepEqual(emitters.emit(arch, capacity, 7), [-ENOSPC, untouched]);
      }
    },
  );

  testNeeding(
    obstacleOfCommand(objdump[0], "--version"),
    `the disassembly of xp_emit_${arch}() is objdump's, and a wrong one is found`,
    () => {
      checkDisassembly(expected);
      for (let i = 0; i < code.length; i++) {
        const wrong = code.map(([bytes, text], j) => [bytes, j === i ? `${text}x` : text] as const);
        throws(() => checkDisassembly({ ...expected, code: wrong }), { name: "AssertionError" });
      }
    },
  );
}

testNeeding(
  obstacleOfCommand("nm", "--version"),
  "the library exports no emitter",
  () => {
    const symbols = run("nm", ["-D", "--defined-only", libraryFile(currentPlatform())]);
    match(symbols, / T xp_register@/);
    equal(symbols.includes("xp_emit"), false);
  },
);
