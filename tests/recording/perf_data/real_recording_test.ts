/* Recordings that perf has made: the direct reader against `perf script`'s text of the same file. */
import { deepEqual, equal, ok } from "node:assert/strict";

import { readRecordings } from "../../../lib/command/report/recorded.ts";
import { perfOutput } from "../../../lib/perf/perf_tool.ts";
import { Progress } from "../../../lib/command/progress.ts";
import { frameSymbol } from "../../../lib/recording/frame.ts";
import { perfScriptArgs, readPerfScript } from "../../../lib/recording/perf_script/perf_script.ts";
import type { Recording } from "../../../lib/recording/recording.ts";
import { demo } from "../../support/demo.ts";
import { testNeeding } from "../../support/needing.ts";
import { obstacleOfPerf } from "../../support/perf.ts";
import { runProgram } from "../../support/program.ts";

const preload = new URL("../../../lib/preload.ts", import.meta.url).href;

/** Every sample in words, from the earliest on. */
function samplesOf(
  { samples, stacks, threads }: Recording,
): { facts: string; symbols: string[] }[] {
  const symbols = stacks.map(({ frames }) =>
    frames.map((frame) => `${frameSymbol(frame)} ${frame.module}`)
  );
  const all = Array.from(samples.time, (time, i) => {
    const { pid, tid, name } = threads[samples.thread[i]!]!;
    const facts = `${time} ${pid} ${tid} ${name} ${samples.weight[i]}`;
    return { facts, symbols: symbols[samples.stack[i]!]! };
  });
  return all.sort((a, b) => a.facts < b.facts ? -1 : 1);
}

/**
 * Frames of a process's start that the two read differently, as ours and as perf's. Their number is
 * that of page faults in the loader, which grows when memory is short. The call in `_start` is its last
 * instruction, so perf finds the next function at the return address. `execve` replaces the memory
 * that its caller is in.
 */
const AT_THE_START = [
  /^_start .* _dl_start_user /,
  /^\[unknown\] .* __GI___execve /,
];

function isEqualFrame(ours: string, perfs: string): boolean {
  return ours === perfs || AT_THE_START.some((pair) => pair.test(`${ours} ${perfs}`));
}

/** Frames of which both say the same. */
function compare(direct: Recording, printed: Recording): { equal: number; all: number } {
  const [ours, perfs] = [samplesOf(direct), samplesOf(printed)];
  deepEqual(ours.map(({ facts }) => facts), perfs.map(({ facts }) => facts));
  const count = { equal: 0, all: 0 };
  for (const [i, { symbols }] of ours.entries()) {
    const others = perfs[i]!.symbols;
    count.all += Math.max(symbols.length, others.length);
    if (symbols.length !== others.length) continue;
    count.equal += symbols.filter((symbol, j) => isEqualFrame(symbol, others[j]!)).length;
  }
  return count;
}

/** Records the demo with trampolines, and reads it both ways. */
async function readBothWays(
  record: readonly string[],
): Promise<{ direct: Recording[]; printed: Recording[]; file: string }> {
  await using program = await runProgram(demo, {
    flags: ["--allow-all", `--preload=${preload}`],
    env: { JS_PERF_SUPPORT: "1" },
    under: ["perf", "record", ...record, "-o", "perf.data", "--"],
  });
  equal(program.code, 0, program.stderr);
  const path = `${program.directory}/perf.data`;
  const direct = await readRecordings(path, new Progress({ isQuiet: true }));
  const text = perfOutput(["script", ...perfScriptArgs(), "-i", path]);
  return { direct, printed: await readPerfScript(text), file: program.file };
}

testNeeding(
  obstacleOfPerf(),
  "readPerfData() agrees with perf script on a real recording",
  async () => {
    const { direct, printed, file } = await readBothWays(["-F", "1999", "-g", "-k", "mono"]);
    equal(direct.length, 1);
    const [{ samples, stacks, threads, start, duration, command: _command, ...facts }] = direct as [
      Recording,
    ];
    const { event, clock, callGraph, samplerVersion, lostSamples } = printed[0]!;
    deepEqual(facts, { ...facts, event, clock, callGraph, samplerVersion, lostSamples });
    equal(clock, "mono");
    ok(Math.abs(start! - Date.now()) < 600_000 && duration > 0);
    ok(samples.length > 100 && threads.length > 0);
    const count = compare(direct[0]!, printed[0]!);
    // perf looks callers up where they return to, which may be the next function already.
    ok(count.equal >= 0.999 * count.all, `${count.equal} of ${count.all} frames`);
    const baz = stacks.find(({ frames }) =>
      frames.some((frame) => frame.name === "baz" && frame.file === file)
    );
    ok(baz !== undefined, "the demo's function is there");
  },
);

testNeeding(
  obstacleOfPerf(),
  "readPerfData() reads several real events, and stacks without callers",
  async () => {
    const { direct, printed } = await readBothWays([
      "-F",
      "999",
      "-g",
      "-e",
      "cpu-clock,page-faults",
    ]);
    deepEqual(direct.map(({ event }) => event), ["cpu-clock", "page-faults"]);
    let [same, all] = [0, 0];
    for (const recording of direct) {
      const other = printed.find(({ event }) => event === recording.event)!;
      const count = compare(recording, other);
      [same, all] = [same + count.equal, all + count.all];
    }
    ok(same >= 0.999 * all - 3, `${same} of ${all} frames`);
  },
);

testNeeding(
  obstacleOfPerf(),
  "readPerfData() reads counted events without callers",
  async () => {
    await using program = await runProgram(demo, {
      under: ["perf", "record", "-c", "2000000", "-e", "task-clock", "-o", "perf.data", "--"],
    });
    const path = `${program.directory}/perf.data`;
    const [recording] = await readRecordings(path, new Progress({ isQuiet: true }));
    const { samples, stacks, callGraph, frequency } = recording!;
    deepEqual([callGraph, frequency], [undefined, undefined]);
    ok(samples.length > 10 && samples.weight.every((weight) => weight === 2_000_000));
    ok(stacks.every(({ frames }) => frames.length === 1));
  },
);

testNeeding(
  obstacleOfPerf(),
  "readRecordings() reads unwound stacks, compressed files and files without times by perf script",
  async () => {
    for (
      const record of [
        ["-F", "99", "--call-graph", "dwarf,4096"],
        ["-F", "499", "-g", "-z"],
        ["-F", "499", "-g", "--no-inherit"],
      ]
    ) {
      await using program = await runProgram("let n = 0; while (performance.now() < 300) n++;", {
        under: ["perf", "record", ...record, "-o", "perf.data", "--"],
      });
      const path = `${program.directory}/perf.data`;
      const [recording] = await readRecordings(path, new Progress({ isQuiet: true }));
      ok(recording!.stacks.length > 0, record.join(" "));
    }
  },
);
