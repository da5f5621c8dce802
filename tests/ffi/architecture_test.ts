/*
 * The compiler refuses sizes that the assembly does not have, and architectures that a file does not
 * know.
 */
import { match, notEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";

import { obstacleOfCommand, testNeeding } from "../support/needing.ts";

const ffi = fileURLToPath(new URL("../../ffi/", import.meta.url));

/** Alters a copy of one of the library's files, and compiles: what the compiler says against it. */
async function complaints(
  { altered, from, to, compiled = altered }: {
    altered: string;
    from: string | RegExp;
    to: string;
    compiled?: string;
  },
): Promise<string> {
  const directory = await Deno.makeTempDir({ prefix: "xperf-altered-" });
  try {
    await new Deno.Command("cp", { args: ["-r", `${ffi}.`, directory] }).output();
    const text = await Deno.readTextFile(`${directory}/${altered}`);
    const other = text.replace(from, to);
    notEqual(other, text);
    await Deno.writeTextFile(`${directory}/${altered}`, other);
    const { stderr } = await new Deno.Command("gcc", {
      args: ["-std=c11", "-fsyntax-only", compiled],
      cwd: directory,
    }).output();
    return new TextDecoder().decode(stderr);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

testNeeding(
  obstacleOfCommand("gcc", "--version"),
  "sizes in xperf.h and context.h that entry_<arch>.S does not have are refused",
  async () => {
    for (
      const [altered, from, to, compiled, message] of [
        ["xperf.h", "SLOT_SIZE 32u", "SLOT_SIZE 64u", "arena.c", /entry_<arch>.S finds a slot/],
        ["xperf.h", "ARENA_SIZE 65536u", "ARENA_SIZE 131072u", "arena.c", /splits an index/],
        ["context.h", "stack_floor;", "stack_floor, b;", "context.c", /finds a context/],
        ["context.h", "uintptr_t stack", "uint32_t b, stack", "context.c", /reads it there/],
      ] as const
    ) {
      match(await complaints({ altered, from, to, compiled }), message);
    }
  },
);

testNeeding(
  obstacleOfCommand("gcc", "--version"),
  "a file that knows architectures refuses one that it does not know",
  async () => {
    for (
      const [altered, compiled] of [
        ["emit.h", "emit.c"],
        ["sampler.c", "sampler.c"],
        ["sample_stack.c", "sample_stack.c"],
      ] as const
    ) {
      const from = /__(x86_64|aarch64)__/g;
      match(await complaints({ altered, from, to: "__another__", compiled }), /#error/);
    }
  },
);
