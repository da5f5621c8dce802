import { equal, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";

import { obstacleOfCommand, testNeeding } from "../support/needing.ts";

/** The number of runs of the handler; XPERF_HANDLER_RUNS=10000000 takes some ten minutes. */
const RUNS = Number(Deno.env.get("XPERF_HANDLER_RUNS") ?? 150_000);

/** The time between two signals of each thread, in nanoseconds. */
const INTERVAL = 300_000;

testNeeding(
  obstacleOfCommand("gcc", "--version"),
  "the sampler's handler does no harm to threads, Workers, collections, traps and toggling",
  async () => {
    const directory = await Deno.makeTempDir({ prefix: "xperf-stress-" });
    try {
      const library = `${directory}/strike.so`;
      const source = fileURLToPath(new URL("../ffi/strike.c", import.meta.url));
      await run(
        "gcc",
        ["-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
          .concat("-pthread", "-o", library, source),
      );
      await Deno.writeTextFile(`${directory}/samples`, "");
      const program = fileURLToPath(new URL("sampler_stress.ts", import.meta.url));
      const output = await run(
        Deno.execPath(),
        ["run", "--no-lock", "-A", program, library, `${directory}/samples`]
          .concat(String(RUNS), String(INTERVAL)),
      );
      const [runs, pid] = output.trim().split("\n").at(-1)!.split(" ").map(Number);
      await Deno.remove(`/tmp/perf-${pid}.map`);
      console.log(`the handler has run ${runs} times`);
      ok(runs! >= RUNS);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
);

async function run(command: string, args: string[]): Promise<string> {
  const { code, signal, stdout, stderr } = await new Deno.Command(command, {
    args,
    stdin: "null",
  }).output();
  equal(code, 0, `${command} ends with ${signal ?? code}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}
