import { equal } from "node:assert/strict";
import { fileURLToPath } from "node:url";

import { SOURCES } from "../scripts/build_ffi.ts";
import { currentPlatform } from "../lib/runtime.ts";
import { obstacleOfCommand, testNeeding } from "./support/needing.ts";

for (
  const [name, flag] of [
    ["AddressSanitizer and UndefinedBehaviorSanitizer", "-fsanitize=address,undefined"],
    ["ThreadSanitizer", "-fsanitize=thread"],
  ] as const
) {
  testNeeding(
    obstacleOfCommand("gcc", "--version"),
    `the C library is clean under ${name}`,
    async () => {
      const directory = await Deno.makeTempDir({ prefix: "xperf-sanitizer-" });
      try {
        const program = `${directory}/library`;
        const entry = `entry_${currentPlatform().arch}.S`;
        await succeed("gcc", [
          ...["-std=c11", "-g", "-O1", "-Wall", "-Wextra", "-Werror", "-fno-omit-frame-pointer"],
          ...[flag, "-fno-sanitize-recover=all", "-pthread", "-I."],
          ...["-o", program, "../tests/ffi/library.c", ...SOURCES, entry],
        ]);
        await succeed(program, []);
      } finally {
        await Deno.remove(directory, { recursive: true });
      }
    },
  );
}

async function succeed(command: string, args: string[]): Promise<void> {
  const { code, stderr } = await new Deno.Command(command, {
    args,
    cwd: fileURLToPath(new URL("../ffi/", import.meta.url)),
    stdin: "null",
  }).output();
  equal(new TextDecoder().decode(stderr), "");
  equal(code, 0);
}
