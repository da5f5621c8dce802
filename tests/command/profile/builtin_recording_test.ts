/*
 * Programs of the shell stand in for those that sample themselves: they write what the sampler would.
 */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";

import type { PerfError } from "../../../lib/base/perf_error.ts";
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
const START = record(0x31535058, 2, 62, 4711, 1_000_000, 5n * NS, 1_700_000_000n * NS, 0, 0);
/** A sample of one interval, or of more. */
const sample = (weight = 1) => record(1, 4711, weight, 6n * NS, -2, 0, 0x1000n);
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
    }, { frequency: 999, maxSize: 1 << 20, progress: new Progress({ isQuiet: true }), ...options });
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
  const { ending, recording, reached, notes } = await sampled([
    START,
    sample(),
    sample(),
    status(2_000_000n),
  ]);
  deepEqual(ending, { code: 3, signal: null });
  deepEqual([recording!.sampler, recording!.samples.length], ["builtin", 2]);
  deepEqual(recording!.stacks.map(({ samples, weight }) => [samples, weight]), [[2, 2_000_000]]);
  deepEqual([notes, reached], [[], undefined]);
});

Deno.test("recordBuiltin() has the garbage collections that the program has counted", async () => {
  const collections = [{ kind: "Scavenge", count: 3, milliseconds: 4.5 }];
  const copy = 'cp samples "$JS_PERF_SAMPLES"; ';
  const write = `echo '${JSON.stringify(collections)}' > "$JS_PERF_SAMPLES.collections"`;
  const counted = await sampled([START, sample()], {}, copy + write);
  deepEqual(counted.recording?.collections, collections);
  equal((await sampled([START, sample()])).recording?.collections, undefined);
});

Deno.test("recordBuiltin() has no recording of a program that left no samples, and how it ended", async () => {
  const none = { recording: undefined, reached: undefined, notes: [], seen: ["begin", "finish"] };
  deepEqual(await sampled([]), { ...none, ending: { code: 3, signal: null } });
  deepEqual(await sampled([START]), { ...none, ending: { code: 3, signal: null } });
  const { ending, recording } = await sampled([], {}, "kill -KILL $$");
  deepEqual([ending.signal, recording], ["SIGKILL", undefined]);
});

Deno.test("recordBuiltin() says what is wrong with a file that is not the sampler's", async () => {
  const unread = (records: readonly Uint8Array[], reason: string) =>
    rejects(sampled(records), (error: PerfError) => {
      deepEqual([error.name, error.code], ["PerfError", "file"]);
      equal(error.message, `Cannot read the samples: ${reason}`);
      ok(error.cause instanceof SyntaxError);
      return true;
    });
  await unread([sample()], "it is no file of the built-in sampler");
  await unread([new TextEncoder().encode("text")], "it is no file of the built-in sampler");
  await unread([record(0x31535058, 1, 62, 4711, 1, 0n, 0n)], "its version is 1, must be 2");
  const short = record(0x31535058, 2, 62, 4711, 1, 0n, 0n);
  await unread([short], "it is no file of the built-in sampler");
  const gone = sampled([], {}, 'rm "$JS_PERF_SAMPLES"');
  await rejects(gone, { code: "file", message: /^Cannot read the samples: no such file/ });
});

Deno.test("recordBuiltin() ends the program at its limit, and takes that for a good end", async () => {
  const program = {
    command: ["timeout", "20", "sleep", "1000"],
    env: { PATH: Deno.env.get("PATH")! },
  };
  const { ending, recording, reached } = await recordBuiltin(program, {
    frequency: 999,
    seconds: 0.01,
    maxSize: 1 << 20,
    progress: new Progress({ isQuiet: true }),
  });
  deepEqual([ending, recording, reached], [{ code: 0, signal: null }, undefined, undefined]);
});

Deno.test("recordBuiltin() ends the program at its largest size, also before the first sample", async () => {
  const forever = 'cp samples "$JS_PERF_SAMPLES"; exec timeout 20 sleep 1000';
  const some = await sampled([START, sample()], { maxSize: START.length + 1 }, forever);
  deepEqual([some.ending, some.recording!.samples.length], [{ code: 0, signal: null }, 1]);
  match(some.notes.join(), /^warning: the recording ended, .*; --max-size 196B records more$/);
  const none = await sampled([START], { maxSize: START.length }, forever);
  deepEqual([none.ending, none.recording], [{ code: 0, signal: null }, undefined]);
  deepEqual([some, none].map(({ reached }) => reached), [
    { size: "49B", next: "196B" },
    { size: "48B", next: "192B" },
  ]);
});

Deno.test("recordBuiltin() notes what the samples do not show", async () => {
  const notesOf = async (...records: Uint8Array[]) => (await sampled([START, ...records])).notes;
  match((await notesOf(sample(4))).join(), /^note: a sample stands for 4\.0 ms: .*CONFIG_HZ/);
  deepEqual(await notesOf(sample(), status(1_000_000n, 1n)), [
    "warning: samples of 50.0 % of the time were dropped, a lower -F keeps them",
  ]);
  deepEqual(await notesOf(sample(), status(1_000_000n, 0n, 2n)), [
    "warning: 2 threads were not sampled, because they got no timer: raise ulimit -i",
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
