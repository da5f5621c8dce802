import { equal } from "node:assert/strict";
import { fileURLToPath } from "node:url";

import { SOURCES } from "../../scripts/build/ffi.ts";
import { currentPlatform } from "../../lib/runtime/runtime.ts";
import { obstacleOfCommand, testNeeding } from "../support/needing.ts";

for (
  const [name, flag] of [
    ["AddressSanitizer and UndefinedBehaviorSanitizer", "-fsanitize=address,undefined"],
    ["ThreadSanitizer", "-fsanitize=thread"],
  ] as const
) {
  testNeeding(
    obstacleOfCommand("gcc", "--version"),
    `the C library is clean under ${name}`,
    () => testUnder(flag),
  );
}

async function testUnder(flag: string): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "xperf-sanitizer-" });
  try {
    const entry = `entry_${currentPlatform().arch}.S`;
    // ThreadSanitizer keeps signals back until a moment of its own choice.
    const programs = flag === "-fsanitize=thread" ? ["library"] : ["library", "sampler"];
    for (const name of programs) {
      const program = `${directory}/${name}`;
      await succeed("gcc", [
        ...["-std=c11", "-g", "-O1", "-Wall", "-Wextra", "-Werror", "-fno-omit-frame-pointer"],
        ...[flag, "-fno-sanitize-recover=all", "-pthread", "-I."],
        ...["-o", program, `../tests/ffi/${name}.c`, ...SOURCES, entry],
      ]);
      await succeed(program, []);
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function succeed(command: string, args: string[]): Promise<void> {
  const { code, stderr } = await new Deno.Command(command, {
    args,
    cwd: fileURLToPath(new URL("../../ffi/", import.meta.url)),
    stdin: "null",
    // The leak checker stops threads by ptrace(2), which signals of timers disturb.
    env: { ASAN_OPTIONS: "detect_leaks=0" },
  }).output();
  equal(new TextDecoder().decode(stderr), "");
  equal(code, 0);
}
