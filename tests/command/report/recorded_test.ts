import { deepEqual, equal, match, rejects } from "node:assert/strict";

import { Progress } from "../../../lib/command/progress.ts";
import { readRecordings } from "../../../lib/command/report/recorded.ts";
import { encodeRecording, RECORDING_START } from "../../../lib/recording/recording_file.ts";
import { Workplace } from "../../support/command_process.ts";
import { obstacleOfCommand, testNeeding } from "../../support/needing.ts";
import { PerfDataWriter, USER } from "../../support/perf_data_file.ts";
import { recordingOf } from "../../support/recordings.ts";

const progress = new Progress({ isQuiet: true });

Deno.test("readRecordings() reads what the built-in sampler has recorded", async () => {
  await using place = new Workplace();
  const recording = recordingOf([["deno: js/js::foo:/a.ts:1", 3]]);
  const path = place.write("own.data", encodeRecording(recording));
  const [read, ...others] = await readRecordings(path, progress);
  equal(others.length, 0);
  deepEqual(read!.stacks, recording.stacks);
});

Deno.test("readRecordings() says what is wrong with a file", async () => {
  await using place = new Workplace();
  const fails = (name: string, text: string | undefined, message: RegExp) => {
    const path = text === undefined ? `${place.path}/${name}` : place.write(name, text);
    return rejects(readRecordings(path, progress), (error: Error & { code?: string }) => {
      equal(error.code, "file");
      match(error.message, message);
      return true;
    });
  };
  const none = /^Cannot read ".*": it is no recording, must be one of perf or of this command$/;
  await fails("empty", "", none);
  await fails("text", "PERFILE", none);
  await fails("other", "# perf script output", none);
  await fails("cut", `${RECORDING_START}1,`, /^Cannot read ".*cut": it is damaged \(/);
  await fails("missing", undefined, /^Cannot read ".*missing": no such file or directory$/);
  await fails(".", undefined, /^Cannot read ".*": .*directory/);
});

/** A recording whose addresses are in no memory that is known, so that perf is not asked. */
const PERFS = new PerfDataWriter({ clock: 1 }).comm(1, 1, "app")
  .sample({ pid: 1, time: 2_000, chain: [USER, 0x20, 0x10] });

Deno.test("readRecordings() reads perf's files without running perf, where no name is missing", async () => {
  await using place = new Workplace();
  const path = `${place.path}/perf.data`;
  await Deno.writeFile(path, PERFS.bytes());
  const [{ sampler, samples, stacks }] = await readRecordings(path, progress) as [
    Awaited<ReturnType<typeof readRecordings>>[number],
  ];
  deepEqual([sampler, samples.length, stacks.length], ["perf", 1, 1]);
});

Deno.test("readRecordings() uses V8's logs beside the recording, and tells their notes", async () => {
  await using place = new Workplace();
  const path = `${place.path}/perf.data`;
  const file = new PerfDataWriter({ clock: 1 }).comm(1, 1, "app")
    .map(1, { start: 0x500000, size: 0x1000, path: "//anon" })
    .sample({ pid: 1, time: 2_000, chain: [USER, 0x500010] });
  await Deno.writeFile(path, file.bytes());
  place.write(
    "perf.data.v8/isolate-0x1000-1-1-5.log",
    "v8-version,15,0,245,2,-rusty,0\ncode-creation,Builtin,3,10,0x500000,192,CompileLazy\n",
  );
  const notes: string[] = [];
  const [recording] = await readRecordings(path, progress, {
    onNote: (note) => void notes.push(note),
  });
  deepEqual(recording!.stacks.flatMap(({ frames }) => frames.map(({ name }) => name)), [
    "CompileLazy",
  ]);
  match(notes.join(), /^warning: V8's log of process 1 has no clock/);
});

testNeeding(
  obstacleOfCommand("perf", "--version"),
  "readRecordings() has perf look up what has no name, and leaves no file behind",
  async () => {
    await using place = new Workplace();
    const path = `${place.path}/perf.data`;
    const file = new PerfDataWriter({ clock: 1 }).comm(1, 1, "app").map(1, {
      start: 0x500000,
      size: 0x1000,
      path: `${place.path}/no library.so`,
    }).sample({ pid: 1, time: 2_000, chain: [USER, 0x500010] });
    await Deno.writeFile(path, file.bytes());
    const [{ stacks }] = await readRecordings(path, progress) as [
      Awaited<ReturnType<typeof readRecordings>>[number],
    ];
    deepEqual(stacks.flatMap(({ frames }) => frames.map(({ name, module }) => [name, module])), [
      ["", `${place.path}/no library.so`],
    ]);
  },
);
