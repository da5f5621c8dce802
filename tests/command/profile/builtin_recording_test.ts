/*
 * Programs of the shell stand in for those that sample themselves: they write what the sampler would.
 */
import { deepEqual, equal, match, rejects } from "node:assert/strict";

import {
  type BuiltinOptions,
  recordBuiltin,
} from "../../../lib/command/profile/builtin_recording.ts";
import { Progress } from "../../../lib/command/progress.ts";
import { V8Code } from "../../../lib/recording/v8_code.ts";
import { Workplace } from "../../support/command_process.ts";
import { record } from "../../support/sample_file_records.ts";

const NS = 1_000_000_000n;
/** A recording of process 4711 at an interval of a millisecond. */
const START = record(0x31535058, 1, 62, 4711, 1_000_000, 5n * NS, 1_700_000_000n * NS);
/** A sample of one interval, or of more. */
const sample = (weight = 1) => record(1, 4711, weight, 6n * NS, 0x1000n);
/** Processor time, strikes, dropped samples and threads without a timer. */
const status = (cpuTime: bigint, dropped = 0n, unarmed = 0n) =>
  record(4, 7n, cpuTime, 5n, dropped, unarmed);

/** Records a program that copies a file to where samples belong, and what happened on the way. */
async function sampled(
  records: readonly Uint8Array[],
  options: Partial<BuiltinOptions> = {},
  script = 'cp samples "$JS_PERF_SAMPLES"; exit 3',
) {
  await using place = new Workplace();
  await Deno.writeFile(`${place.path}/samples`, new Uint8Array(records.flatMap((r) => [...r])));
  const seen: string[] = [];
  const write = `echo "$JS_PERF_SAMPLES $JS_PERF_SAMPLE_FREQUENCY" > seen`;
  try {
    const result = await recordBuiltin({
      command: ["sh", "-c", `cd '${place.path}'; ${write}; ${script}`],
      env: { PATH: Deno.env.get("PATH")! },
      begin: () => void seen.push("begin"),
      finish: () => void seen.push("finish"),
    }, { frequency: 999, progress: new Progress({ isQuiet: true }), ...options });
    return { ...result, seen };
  } finally {
    deepEqual(seen, ["begin", "finish"]);
    const [path, frequency] = Deno.readTextFileSync(`${place.path}/seen`).trim().split(" ");
    equal(frequency, "999");
    match(path!, /\/xperf-samples-\w+\/samples$/);
    // The directory is gone, however it ended.
    await rejects(Deno.lstat(path!.slice(0, path!.lastIndexOf("/"))), Deno.errors.NotFound);
  }
}

Deno.test("recordBuiltin() reads what the program has sampled, and how it ended", async () => {
  const { ending, recording, notes } = await sampled([
    START,
    sample(),
    sample(),
    status(2_000_000n),
  ]);
  deepEqual(ending, { code: 3, signal: null });
  deepEqual([recording.sampler, recording.samples.length], ["builtin", 2]);
  deepEqual(recording.stacks.map(({ samples, weight }) => [samples, weight]), [[2, 2_000_000]]);
  deepEqual(notes, []);
});

Deno.test("recordBuiltin() says how the program ended that left no samples", async () => {
  const message = (how: string) =>
    `Cannot report: the built-in sampler has seen nothing, the program ended with ${how}`;
  const code = "unavailable";
  await rejects(sampled([]), { code, message: message("status 3") });
  await rejects(sampled([START]), { code, message: message("status 3") });
  await rejects(sampled([], {}, "kill -KILL $$"), { code, message: message("signal SIGKILL") });
});

Deno.test("recordBuiltin() ends the program at its limit, and takes that for a good end", async () => {
  const program = {
    command: ["timeout", "20", "sleep", "1000"],
    env: { PATH: Deno.env.get("PATH")! },
  };
  const options = { frequency: 999, seconds: 0.01, progress: new Progress({ isQuiet: true }) };
  await rejects(recordBuiltin(program, options), /the program ended with status 0$/);
});

Deno.test("recordBuiltin() notes what the samples do not show", async () => {
  const notesOf = async (...records: Uint8Array[]) => (await sampled([START, ...records])).notes;
  match((await notesOf(sample(4))).join(), /^note: a sample stands for 4\.0 ms: .*CONFIG_HZ/);
  deepEqual(await notesOf(sample(), status(1_000_000n, 1n)), [
    "warning: samples of 50.0 % of the time were dropped, -F takes fewer",
  ]);
  deepEqual(await notesOf(sample(), status(1_000_000n, 0n, 2n)), [
    "warning: 2 threads were not sampled, no timer was to be had: ulimit -i",
  ]);
  match(
    (await notesOf(sample(), status(NS))).join(),
    /^warning: of 1\.00 s of processor time 0\.00 s were seen: /,
  );
});

Deno.test("recordBuiltin() reads V8's logs after the end, and closes them", async () => {
  let isClosed = false;
  const { notes } = await sampled([START, sample()], {
    readLogs: () =>
      Promise.resolve({
        code: new V8Code([]),
        commands: new Map(),
        notes: ["note: of the logs"],
        close: () => void (isClosed = true),
      }),
  });
  deepEqual([notes, isClosed], [["note: of the logs"], true]);
});
