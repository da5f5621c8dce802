import { deepEqual, equal, ok } from "node:assert/strict";
import { dirname } from "node:path";

import { limitLogs } from "../../../lib/command/logs/log_limit.ts";
import { V8LogWatch } from "../../../lib/command/logs/log_watch.ts";
import { monotonicClock } from "../../../lib/native/monotonic_clock.ts";
import type { Poll } from "../../../lib/v8_log/clock_file.ts";
import { findLogs, listLogs } from "../../../lib/v8_log/log_directory.ts";
import { LoggedPrograms } from "../../support/logged.ts";
import { obstacleOfCommand, testNeeding } from "../../support/needing.ts";
import {
  obstacleOfRuntime,
  type OtherRuntime,
  runtimeProgram,
} from "../../support/other_runtime.ts";

const CLOCK = monotonicClock() as { now(): number };

Deno.test("monotonicClock() reads CLOCK_MONOTONIC", () => {
  // proc(5): the clock of the scheduler's statistics is another, but uptime is CLOCK_BOOTTIME,
  // which only differs by the time that the machine slept.
  const before = CLOCK.now();
  const uptime = Number(Deno.readTextFileSync("/proc/uptime").split(" ")[0]);
  ok(before / 1e9 <= uptime + 0.02, `${before} ns, up for ${uptime} s`);
  ok(CLOCK.now() >= before);
});

/** Puts moments of CLOCK_MONOTONIC into the log, as the addresses of scripts, while V8 compiles. */
const MOMENTS = `
let clock;
if (typeof Deno === "undefined") {
  clock = () => process.hrtime.bigint();
} else {
  const libc = Deno.dlopen("libc.so.6", {
    clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
  });
  const words = new BigInt64Array(2);
  const bytes = new Uint8Array(words.buffer);
  clock = () => {
    libc.symbols.clock_gettime(1, bytes);
    return words[0] * 1000000000n + words[1];
  };
}
const sources = Array.from({ length: 40 }, (_, i) => "return " + ("(x => x + " + i + ")(1) + ").repeat(i) + "1");
for (let i = 0; i < 60; i++) {
  new Function(sources[i % 40] + "\\n//# sourceURL=xperf-moment-" + clock())();
  if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
}
`;

/**
 * The latest offset that the known moments allow, in microseconds: V8 stamped each script after its
 * moment.
 */
function trueOffset(text: string): number {
  let offset = -Infinity;
  let moment: number | undefined;
  for (const line of text.split("\n")) {
    const [, known] = /^script-source,.*xperf-moment-(\d+)/.exec(line) ?? [];
    if (known !== undefined) moment = Number(known) / 1e3;
    const time = timeOf(line);
    if (time === undefined || moment === undefined) continue;
    offset = Math.max(offset, moment - time);
    moment = undefined;
  }
  return offset;
}

/**
 * The earliest offset that the polls allow: a line within a size was stamped before that poll
 * ended.
 */
function polledOffset(bytes: Uint8Array, polls: readonly Poll[]): number {
  const decoder = new TextDecoder();
  const bySize = polls.toSorted((a, b) => a[2] - b[2]);
  let offset = Infinity;
  let next = 0;
  let last: number | undefined;
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(10, at) + 1 || bytes.length;
    for (; next < bySize.length && bySize[next]![2] < end; next++) {
      if (last !== undefined) offset = Math.min(offset, bySize[next]![1] / 1e3 - last);
    }
    last = timeOf(decoder.decode(bytes.subarray(at, Math.min(end, at + 200)))) ?? last;
    at = end;
  }
  return offset;
}

function timeOf(line: string): number | undefined {
  const [, time] = /^code-creation,\w+,\d+,(\d+),/.exec(line) ?? [];
  return time === undefined ? undefined : Number(time);
}

const RUNTIMES: [name: string, obstacle: string | undefined, program: () => string][] = [
  ["deno", undefined, () => Deno.execPath()],
  ...(["node20", "node22", "node24"] as OtherRuntime[]).map((runtime) =>
    [runtime, obstacleOfRuntime(runtime), () => runtimeProgram(runtime)] as [
      string,
      string | undefined,
      () => string,
    ]
  ),
];

for (const [name, obstacle, program] of RUNTIMES) {
  testNeeding(obstacle, `V8LogWatch finds the clock of ${name}'s log within 100 us`, async () => {
    const errors: number[] = [];
    // A busy machine polls late now and then.
    for (let attempt = 0; attempt < 12; attempt++) {
      using programs = new LoggedPrograms({ "main.mjs": MOMENTS });
      const watch = programs.watch();
      const env: Record<string, string> = name === "deno"
        ? {}
        : { PATH: `${dirname(program())}:${Deno.env.get("PATH")}` };
      const command = name === "deno" ? ["deno", "run", "-A"] : ["node"];
      const { code, stderr } = await programs.run([...command, "main.mjs"], { env });
      watch.finish();
      equal(code, 0, stderr);
      const [log] = watch.logs;
      const bytes = Deno.readFileSync(log!.path);
      const truth = trueOffset(new TextDecoder().decode(bytes));
      const polled = polledOffset(bytes, programs.clock!.logs[log!.name]!.polls);
      const error = polled - truth;
      ok(error > -20, `the offset is ${error} us too early`);
      errors.push(Math.round(error));
      if (error <= 100) break;
    }
    console.log(`errors in us: ${errors.join(", ")}`);
    ok(errors.some((error) => error <= 100), errors.join());
  });
}

testNeeding(
  obstacleOfCommand("node", "--version"),
  "V8LogWatch notes processes and their command lines, and writes a complete clock file",
  async () => {
    using programs = new LoggedPrograms({ "main.mjs": "setTimeout(() => {}, 300);" });
    const seen: string[] = [];
    const watch = programs.watch({ onLog: ({ name }) => seen.push(name) });
    await programs.run(["node", "main.mjs", "a b"]);
    watch.finish();
    watch.finish();
    const [log] = listLogs(programs.directory.path);
    deepEqual(seen, [log!.name]);
    const { isComplete, processes, logs, command } = programs.clock!;
    equal(isComplete, true);
    equal(command.pid, Deno.pid);
    equal(processes.length, 1);
    equal(processes[0]!.pid, log!.pid);
    deepEqual(processes[0]!.command!.slice(-2), ["main.mjs", "a b"]);
    ok(processes[0]!.executable!.startsWith("/"));
    const { polls } = logs[log!.name]!;
    const { size } = Deno.statSync(log!.path);
    equal(polls.at(-1)![2], size);
    for (const [i, [before, after, bytes]] of polls.entries()) {
      ok(before <= after);
      ok(polls.filter((poll) => poll[2] === bytes).length <= 6, `poll ${i} of ${bytes} bytes`);
    }
    const found = findLogs({
      recording: "/nowhere",
      pids: new Set([log!.pid]),
      temporary: programs.path,
    });
    deepEqual(found[0]?.logs[0]?.polls, polls);
  },
);

Deno.test("V8LogWatch marks moments by mapping files in the directory", () => {
  using programs = new LoggedPrograms();
  const watch = programs.watch();
  const before = CLOCK.now();
  ok(watch.mark("start"));
  ok(watch.mark("end"));
  ok(!watch.mark("end"));
  const after = CLOCK.now();
  watch.finish();
  const { markers } = programs.clock!;
  deepEqual(markers.map(({ path }) => path), [
    `${programs.directory.path}/marker-start`,
    `${programs.directory.path}/marker-end`,
  ]);
  const times = [before, ...markers.flatMap((marker) => [marker.before, marker.after]), after];
  deepEqual(times, times.toSorted((a, b) => a - b));
});

Deno.test("V8LogWatch works without times if there is no clock", async () => {
  using programs = new LoggedPrograms({ "main.mjs": "console.log(1);" });
  const watch = programs.watch({ clock: { obstacle: "none" } });
  equal(watch.clockObstacle, "none");
  equal(watch.mark("start"), false);
  await programs.run(["deno", "run", "main.mjs"]);
  watch.finish();
  deepEqual(Object.values(programs.clock!.logs).map(({ polls }) => polls), [[]]);
  equal(programs.clock!.processes.length, 1);
});

Deno.test("V8LogWatch continues after the directory has been removed", async () => {
  using programs = new LoggedPrograms();
  const watch = programs.watch();
  Deno.removeSync(programs.directory.path, { recursive: true });
  await new Promise((resolve) => setTimeout(resolve, 400));
  watch.finish();
  equal(programs.clock, undefined);
});

Deno.test("V8LogWatch leaves a whole clock file when its process is killed", async () => {
  using programs = new LoggedPrograms({
    "busy.mjs":
      "for (let i = 0;; i++) { new Function('return ' + i)(); if (i % 500 === 0) await 0; }",
  });
  const code = `
import { V8LogWatch } from ${
    JSON.stringify(import.meta.resolve("../../../lib/command/logs/log_watch.ts"))
  };
new V8LogWatch(${JSON.stringify(programs.directory.path)});`;
  Deno.writeTextFileSync(`${programs.path}/watch.ts`, code);
  const program = programs.start(["deno", "run", "busy.mjs"]);
  const watching = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", `${programs.path}/watch.ts`],
    stdin: "null",
  }).spawn();
  const polled = () => Object.values(programs.clock?.logs ?? {})[0]?.polls.length ?? 0;
  while (polled() < 20) await new Promise((resolve) => setTimeout(resolve, 10));
  watching.kill("SIGKILL");
  program.kill("SIGKILL");
  await Promise.all([watching.status, program.output()]);
  ok(polled() >= 20);
  equal(programs.clock!.isComplete, false);
});

for (const command of [["deno", "run"], ["node"]]) {
  testNeeding(
    obstacleOfCommand(command[0]!, "--version"),
    `a log of ${command[0]} has at most one cut line when the program is killed`,
    async () => {
      using programs = new LoggedPrograms({
        "busy.mjs":
          "for (let i = 0;; i++) { new Function('return ' + i)(); if (i % 500 === 0) await 0; }",
      });
      const watch = programs.watch();
      for (let round = 0; round < 8; round++) {
        const program = programs.start([...command, "busy.mjs"]);
        const count = round + 1;
        while (watch.logs.length < count || watch.logs[round]!.size < 100_000) {
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
        await new Promise((resolve) => setTimeout(resolve, 100 * Math.random()));
        program.kill("SIGKILL");
        const { stdout } = await program.output();
        equal(stdout.length, 0);
      }
      watch.finish();
      const logs = listLogs(programs.directory.path);
      equal(logs.length, 8);
      for (const { path } of logs) {
        const lines = Deno.readTextFileSync(path).split("\n").slice(0, -1);
        ok(lines.length > 100);
        for (const line of lines) ok(/^[a-z][\w-]*(,|$)/i.test(line), line.slice(0, 80));
      }
      ok(watch.logs.every(({ isEnded }) => isEnded));
    },
  );
}

testNeeding(
  obstacleOfCommand("fallocate", "--version"),
  "limitLogs() releases the fronts of logs, and moves nothing behind them",
  () => {
    using programs = new LoggedPrograms();
    const name = (i: number) => `isolate-0x${i}-1-1-1.log`;
    const bytes = new Uint8Array(1 << 20).map((_, i) => 1 + i % 250);
    for (const i of [1, 2]) Deno.writeFileSync(`${programs.directory.path}/${name(i)}`, bytes);
    const watch = new V8LogWatch(programs.directory.path);
    equal(limitLogs(watch, { most: 2 << 20, tail: 1 << 17 }), undefined);
    deepEqual(watch.logs.map(({ released }) => released), [0, 0]);
    equal(limitLogs(watch, { most: 1 << 20, tail: 1 << 17 }), undefined);
    watch.finish();
    const sums = watch.logs.reduce((sum, { size, released }) => sum + size - released, 0);
    ok(sums <= 1 << 20, String(sums));
    for (const { path, released } of watch.logs) {
      const now = Deno.readFileSync(path);
      deepEqual(now.subarray(0, released), new Uint8Array(released));
      deepEqual(now.subarray(released), bytes.subarray(released));
      ok(Deno.statSync(path).blocks! * 512 <= bytes.length - released + 65_536);
      equal(programs.clock!.logs[path.slice(path.lastIndexOf("/") + 1)]!.released ?? 0, released);
    }
  },
);
