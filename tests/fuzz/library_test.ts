import { equal } from "node:assert/strict";
import { fileURLToPath } from "node:url";

import { currentPlatform } from "../../lib/runtime/runtime.ts";
import { SOURCES } from "../../scripts/build/ffi.ts";
import { obstacleOfCommand, testNeeding } from "../support/needing.ts";

const RUNS = Deno.env.get("XPERF_LONG") ? 1_000_000 : 20_000;

testNeeding(
  obstacleOfCommand("clang", "--version"),
  "the C library accepts any bytes and numbers, under libFuzzer and the sanitizers",
  async () => {
    const directory = await Deno.makeTempDir({ prefix: "xperf-fuzz-" });
    try {
      const program = `${directory}/fuzz`;
      const entry = `entry_${currentPlatform().arch}.S`;
      await succeed("clang", [
        ...["-std=c11", "-g", "-O1", "-Wall", "-Wextra", "-fno-omit-frame-pointer", "-pthread"],
        ...["-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=all", "-I."],
        ...["-o", program, "../tests/ffi/fuzz.c", ...SOURCES.filter((name) => name !== "napi.c")],
        entry,
      ]);
      await Deno.mkdir(`${directory}/corpus`);
      const said = await succeed(program, [
        ...[`-runs=${RUNS}`, "-max_len=600", "-timeout=10", "-rss_limit_mb=4096"],
        ...[`-artifact_prefix=${directory}/`, `${directory}/corpus`],
      ]);
      console.log(said.trim().split("\n").slice(-2).join("\n"));
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
);

/** Runs a command to its end: what it says on stderr. */
async function succeed(command: string, args: string[]): Promise<string> {
  const { code, stderr } = await new Deno.Command(command, {
    args,
    cwd: fileURLToPath(new URL("../../ffi/", import.meta.url)),
    stdin: "null",
  }).output();
  const said = new TextDecoder().decode(stderr);
  equal(code, 0, said.slice(-5_000));
  return said;
}
