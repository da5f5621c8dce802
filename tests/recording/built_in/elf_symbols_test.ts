import { deepEqual, equal, ok } from "node:assert/strict";
import * as fs from "node:fs";

import type { ReadBytes } from "../../../lib/base/elf_header.ts";
import {
  readElfSymbols,
  symbolAt,
  symbolsByOffset,
} from "../../../lib/recording/built_in/elf_symbols.ts";
import { obstacleOfCommand, testNeeding } from "../../support/needing.ts";

function reader(bytes: Uint8Array): ReadBytes {
  return (offset, length) => bytes.subarray(offset, offset + length);
}

const SOURCE = `
int shared(int x) { return x + 1; }
static __attribute__((noinline)) int internal(int x) { return x * 3; }
int _alias(int) __attribute__((alias("shared")));
int data = 5;
int main(int count, char **words) { return (int)(long)words * shared(internal(count)); }
`;

testNeeding(
  obstacleOfCommand("nm", "--version") ?? obstacleOfCommand("gcc", "--version"),
  "readElfSymbols() finds the functions that nm finds, where they are in the file",
  () => {
    const directory = Deno.makeTempDirSync({ prefix: "xperf-elf-" });
    try {
      const program = `${directory}/program`;
      fs.writeFileSync(`${program}.c`, SOURCE);
      run("gcc", "-O1", "-o", program, `${program}.c`);
      const bytes = fs.readFileSync(program);
      const symbols = readElfSymbols(reader(bytes));
      const byOffset = symbolsByOffset(symbols);
      // Of a program as the linker lays it out, code is as far into the file as into the memory.
      const expected = run("nm", "--defined-only", program).split("\n").flatMap((line) => {
        const [, address, name] = /^(\w+) [Tt] (\w+)$/.exec(line) ?? [];
        return name === undefined ? [] : [[Number.parseInt(address!, 16), name] as const];
      });
      for (const name of ["main", "shared", "internal"]) {
        const [offset] = expected.find(([, known]) => known === name)!;
        equal(symbolAt(byOffset, offset)?.name, name);
        equal(symbolAt(byOffset, offset + 2)?.name, name);
      }
      const names = symbols.map(({ name }) => name);
      ok(!names.includes("_alias") && !names.includes("data"));
      deepEqual(
        symbols.map(({ offset }) => offset),
        symbols.map(({ offset }) => offset).sort((a, b) => a - b),
      );
      // Stripped, it keeps what it exports.
      run("gcc", "-O1", "-s", "-shared", "-fPIC", "-o", program, `${program}.c`);
      const left = readElfSymbols(reader(fs.readFileSync(program))).map(({ name }) => name);
      ok(left.includes("shared") && left.includes("main") && !left.includes("internal"));
    } finally {
      fs.rmSync(directory, { recursive: true });
    }
  },
);

function run(command: string, ...args: string[]): string {
  const { success, stdout, stderr } = new Deno.Command(command, { args, stdin: "null" })
    .outputSync();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test("readElfSymbols() finds nothing in what is no ELF file of 64 bits", () => {
  const header = new Uint8Array(64);
  for (const start of [[], [0x7f, 0x45, 0x4c, 0x46, 1, 1], [0x7f, 0x45, 0x4c, 0x46, 2, 2]]) {
    header.set(start);
    deepEqual(readElfSymbols(reader(header)), []);
  }
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
  deepEqual(readElfSymbols(reader(header)), []);
  deepEqual(readElfSymbols(reader(new Uint8Array())), []);
});

Deno.test("symbolAt() keeps to a symbol's size, where it has one", () => {
  const symbols = symbolsByOffset([
    { offset: 10, size: 5, name: "a" },
    { offset: 20, size: 0, name: "b" },
    { offset: 40, size: 2, name: "c" },
  ]);
  const at = (offset: number) => symbolAt(symbols, offset)?.name;
  deepEqual([9, 10, 14, 15, 19].map(at), [undefined, "a", "a", undefined, undefined]);
  deepEqual([20, 39, 40, 41, 42].map(at), ["b", "b", "c", "c", undefined]);
});
