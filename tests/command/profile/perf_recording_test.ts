/*
 * Programs of the shell stand in for perf: they write what it would.
 */
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { fileURLToPath } from "node:url";

import { parseCommandLine } from "../../../lib/command/command_line.ts";
import { parseOptionsOf } from "../../../lib/command/options.ts";
import { decide } from "../../../lib/command/profile/decide.ts";
import { fileState } from "../../../lib/command/profile/output_file.ts";
import { profileWithPerf } from "../../../lib/command/profile/perf_recording.ts";
import type { ProfileRun } from "../../../lib/command/profile/recorded_run.ts";
import { Workplace } from "../../support/command_process.ts";
import { PerfDataWriter, USER } from "../../support/perf_data_file.ts";

const app = fileURLToPath(import.meta.resolve("../../support/demo.ts"));

/** No process has this number, which is above the kernel's limit, so /tmp has no log of it. */
const PID = 1 << 23;

/** A recording whose addresses are in no memory that is known, so that perf is not asked. */
const PERFS = new PerfDataWriter({ clock: 1 }).comm(PID, PID, "app")
  .sample({ pid: PID, time: 2_000, chain: [USER, 0x20, 0x10] });

const COPY = 'cp made "$out"; exit 3';

/** Records with a `perf` that runs a script: the result, perf's arguments, and what happened on the way. */
async function recorded(
  script: string,
  { event, pid, existing, ...changed }: Partial<ProfileRun> & {
    event?: string;
    /** An earlier recording, in the place of a new file. */
    existing?: string;
  } = {},
) {
  await using place = new Workplace();
  await Deno.writeFile(`${place.path}/made`, PERFS.bytes());
  place.write(
    "bin/perf",
    `#!/bin/sh
cd '${place.path}'
printf '%s\\n' "$@" > args
while [ "$1" != -o ]; do shift; done
out=$2
${script}
`,
    0o755,
  );
  const plan = decide(parseCommandLine(["-q", app], parseOptionsOf("profile")));
  const output = existing ?? `${place.path}/perf.data`;
  const seen: string[] = [];
  const run: ProfileRun = {
    ...plan,
    program: {
      command: ["the", "program"],
      launcher: ["launch"],
      pid,
      env: { PATH: `${place.path}/bin:${Deno.env.get("PATH")}` },
      begin: () => void seen.push("begin"),
      finish: () => void seen.push("finish"),
    },
    options: { ...plan.options, output },
    ...changed,
  };
  try {
    const result = await profileWithPerf(run, {
      event,
      before: fileState(output),
      recordArgs: ["--control=fifo:a"],
    });
    equal(result.recording, output);
    const linesOf = (name: string) =>
      place.has(name) ? Deno.readTextFileSync(`${place.path}/${name}`).trimEnd().split("\n") : [];
    return { ...result, words: linesOf("args"), signals: linesOf("signals") };
  } finally {
    // However it ended, the logs are finished and nothing watches any more.
    deepEqual(seen, ["begin", "finish"]);
  }
}

Deno.test("profileWithPerf() reads what perf has recorded of the program, and how it ended", async () => {
  const { ending, recordings, notes, unwinds, reached, words } = await recorded(COPY, {
    event: "cpu-clock",
  });
  deepEqual(ending, { code: 3, signal: null });
  deepEqual(recordings.map(({ sampler, samples }) => [sampler, samples.length]), [["perf", 1]]);
  deepEqual([notes, unwinds, reached], [[], false, undefined]);
  deepEqual(words.slice(0, 3), ["record", "--quiet", "--control=fifo:a"]);
  equal(words[words.indexOf("-e") + 1], "cpu-clock");
  deepEqual(words.slice(words.indexOf("--")), ["--", "launch", "the", "program"]);
});

Deno.test("profileWithPerf() takes a file that perf has not touched for nothing measured", async () => {
  await rejects(recorded("exit 255"), (error: Error) => {
    match(error.message, /nothing was measured, perf record ended with status 255$/);
    return true;
  });
  await rejects(recorded("kill -KILL $$"), /perf record ended with signal SIGKILL$/);
});

Deno.test("profileWithPerf() says what is wrong with what perf has written", async () => {
  await rejects(recorded('echo text > "$out"'), {
    name: "PerfError",
    code: "file",
    message: /: it is no recording/,
  });
});

/** Records until a signal comes, and writes down which. */
const FOREVER = `
trap 'echo INT >> signals; exit 130' INT
trap 'echo TERM >> signals; exit 143' TERM
cp made "$out"
i=0; while [ $i -lt 400 ]; do sleep 0.05; i=$((i + 1)); done`;

Deno.test("profileWithPerf() ends at the largest size, by the signal on which perf keeps its recording", async () => {
  const { ending, recordings, signals, reached, notes } = await recorded(FOREVER, { maxSize: 1 });
  deepEqual([ending, recordings.length, signals], [{ code: 0, signal: null }, 1, ["INT"]]);
  deepEqual(reached, { size: "1B", next: "4B" });
  const had = "when it had 1 bytes; --max-size 4B records more";
  deepEqual(notes, [`warning: the recording ended, and the program with it, ${had}`]);
  // A process that runs already goes on.
  const other = await recorded(FOREVER, { maxSize: 1, pid: Deno.pid });
  deepEqual([other.signals, other.notes], [["INT"], [`warning: the recording ended ${had}`]]);
});

Deno.test("profileWithPerf() names the largest size where perf has written nothing before it", async () => {
  await using place = new Workplace();
  const output = place.write("old", "PERFILE2 of yesterday");
  const run = recorded(FOREVER.replace('cp made "$out"', ""), {
    maxSize: 1,
    existing: output,
  });
  await rejects(run, {
    message:
      `Cannot report "${output}": nothing was measured, the recording ended at --max-size 1B`,
    hint: "--max-size 4B",
  });
});

Deno.test("profileWithPerf() takes Ctrl-C for the end of a recording, and not of a process that runs already", async () => {
  const interrupted = 'cp made "$out"; kill -INT $$';
  const own = await recorded(interrupted);
  deepEqual([own.ending.signal, own.recordings.length], ["SIGINT", 1]);
  const other = await recorded(interrupted, { pid: Deno.pid });
  deepEqual([other.ending, other.recordings.length], [{ code: 0, signal: null }, 1]);
  equal(other.words[other.words.indexOf("-p") + 1], `${Deno.pid}`);
});
