import { deepEqual, equal, match, ok } from "node:assert/strict";

import { Progress } from "../../../lib/command/progress.ts";
import { readRecordings } from "../../../lib/command/report/recorded.ts";
import { type Recording, recordingTotal } from "../../../lib/recording/recording.ts";
import { decodeRecording } from "../../../lib/recording/recording_file.ts";
import { obstacleOfCommand, testNeeding } from "../../support/needing.ts";
import { obstacleOfPerf } from "../../support/perf.ts";
import { type RefusedCall, refusing } from "../../support/refuse.ts";
import { LEAVE_PID, runCommand, Workplace } from "../../support/command_process.ts";
import { HOT, HOT_NESTING } from "../../support/hot_program.ts";

/**
 * The functions from the program's body to the innermost, with their lines, where all of a stack is
 * named.
 */
function nesting({ stacks }: Recording): string[] {
  const busiest = stacks.filter(({ frames }) => frames.some(({ kind }) => kind === "typescript"))
    .sort((a, b) => b.weight - a.weight);
  return busiest[0]!.frames.filter(({ kind }) => kind === "typescript")
    .map(({ name, line }) => line === undefined ? name : `${name}:${line}`);
}

function readRecording({ path }: Workplace, name = "recording.json"): Recording {
  return decodeRecording(Deno.readTextFileSync(`${path}/${name}`));
}

const gcc = obstacleOfCommand("gcc", "--version");

Deno.test("profile() without perf uses the built-in sampler, says why, and reports", async () => {
  await using place = new Workplace();
  const script = place.write("hot.ts", HOT);
  Deno.mkdirSync(`${place.path}/empty`);
  const { code, stdout, stderr } = await runCommand(["profile", script, "500"], {
    cwd: place.path,
    env: { PATH: `${place.path}/empty` },
  });
  equal(code, 0, stderr);
  match(stderr, /^sampler: builtin \(Cannot run perf: it is not on PATH.*install.*\)$/m);
  match(stdout, /by the built-in sampler/);
  match(stdout, new RegExp(`js::baz.*\n.*js::bar.*\n.*js::foo:${script}:4\n`));
  const recording = readRecording(place);
  deepEqual(nesting(recording), HOT_NESTING);
  equal(recording.sampler, "builtin");
});

for (
  const calls of [
    ["perf_event_open"],
    ["perf_event_open", "process_vm_readv"],
  ] satisfies RefusedCall[][]
) {
  testNeeding(
    gcc ?? obstacleOfPerf(),
    `profile() samples by itself in a sandbox without ${calls.join(" and ")}`,
    async () => {
      await using place = new Workplace();
      const script = place.write("hot.ts", HOT);
      const { code, stderr } = await runCommand(["profile", script, "500"], {
        cwd: place.path,
        under: await refusing(calls, place.path),
      });
      equal(code, 0, stderr);
      match(stderr, /^sampler: builtin \(Cannot record with perf: .*not permitted.*\)$/mi);
      deepEqual(nesting(readRecording(place)), HOT_NESTING);
    },
  );
}

testNeeding(gcc, "profile() runs the program even if nothing can sample, and says so", async () => {
  await using place = new Workplace();
  const script = place.write("hot.ts", `${HOT}; console.log("done");`);
  const { code, stdout, stderr } = await runCommand(["profile", script, "100"], {
    cwd: place.path,
    under: await refusing(["perf_event_open", "timer_create"], place.path),
  });
  equal(code, 1);
  match(stdout, /done/);
  match(stderr, /error: Cannot report "recording\.json": the built-in sampler has seen nothing/);
});

Deno.test("profile() with the built-in sampler shows no js:: frame with -X perf=0", async () => {
  await using place = new Workplace();
  const script = place.write("hot.ts", HOT);
  const { code, stdout, stderr } = await runCommand(
    ["profile", "--sampler=builtin", "-X", "perf=0", "-o", "own.json", script, "300"],
    { cwd: place.path },
  );
  equal(code, 0, stderr);
  match(stderr, /^sampler: builtin \(--sampler builtin\)$/m);
  equal(stdout.includes("js::"), false);
  ok(recordingTotal(readRecording(place, "own.json")).samples > 5);
});

Deno.test("profile() with the built-in sampler counts garbage collections", async () => {
  await using place = new Workplace();
  const script = place.write(
    "garbage.mjs",
    "for (let i = 0; i < 4e6; i++) globalThis.last = [i, i, i, i];\n",
  );
  for (const time of [[], ["--wall"]]) {
    const { code, stdout, stderr } = await runCommand(
      ["profile", "--sampler", "builtin", "--format", "text", ...time, script],
      { cwd: place.path },
    );
    equal(code, 0, stderr);
    match(stdout, /^garbage collection: \d+ scavenges? of [\d.]+ (?:ms|s)/m);
  }
});

Deno.test("profile() with the built-in sampler reports a program that ends in any way", async () => {
  await using place = new Workplace();
  const script = place.write("end.ts", `${HOT}; (0, eval)(Deno.args[1]!);`);
  for (
    const [last, code, signal] of [
      ["Deno.exit(42)", 42, null],
      ["throw new Error('mine')", 1, null],
      ["Deno.kill(Deno.pid, 'SIGTERM'); for (;;);", undefined, "SIGTERM"],
      ["Deno.kill(Deno.pid, 'SIGKILL')", undefined, "SIGKILL"],
    ] as const
  ) {
    const ended = await runCommand(["profile", "--sampler=builtin", script, "300", last], {
      cwd: place.path,
    });
    equal(ended.signal, signal, ended.stderr);
    if (code !== undefined) equal(ended.code, code, ended.stderr);
    deepEqual(nesting(readRecording(place)), HOT_NESTING, last);
  }
});

Deno.test("profile() with the built-in sampler sees threads, and all their time", async () => {
  await using place = new Workplace();
  place.write("worker.ts", "const end = performance.now() + 600; while (performance.now() < end);");
  const script = place.write(
    "workers.ts",
    `${LEAVE_PID}
for (let i = 0; i < 3; i++) new Worker(import.meta.resolve("./worker.ts"), { type: "module" });
function here() { const end = performance.now() + 600; while (performance.now() < end); }
here();
setTimeout(Deno.exit, 1000);`,
  );
  const { code, stderr } = await runCommand(
    ["profile", "--sampler=builtin", "-F", "1000", script],
    { cwd: place.path },
  );
  equal(code, 0, stderr);
  const recording = readRecording(place);
  const { weight } = recordingTotal(recording);
  const ofMain = recording.stacks.filter(({ frames }) =>
    frames.some(({ name }) => name === "here")
  );
  ok(weight > 1.5 * recordingTotal({ stacks: ofMain }).weight);
  // It is said where a tenth is missing.
  equal(/were seen|dropped|not sampled/.test(stderr), false, stderr);
});

/**
 * Each function's share of the program's time, that of the functions it calls included; the busiest
 * first.
 */
function shares({ stacks }: Recording): [string, number][] {
  const sums = new Map<string, number>();
  for (const { frames, weight } of stacks) {
    const own = frames.filter(({ kind }) => kind === "typescript").map(({ name }) => name);
    for (const name of new Set(own)) sums.set(name, (sums.get(name) ?? 0) + weight);
  }
  const whole = sums.get("<module>")!;
  sums.delete("<module>");
  return [...sums].map(([name, sum]): [string, number] => [name, 100 * sum / whole])
    .sort(([, a], [, b]) => b - a);
}

const MIXED = `${LEAVE_PID}
function sorts() { return Array.from({ length: 3000 }, (_, i) => (i * 7919) % 3000).sort()[0]; }
function parses() {
  const text = JSON.stringify(Array.from({ length: 3000 }, (_, i) => ({ i, s: "x" + i })));
  return JSON.parse(text).length;
}
function hashes() { let h = 0; for (let i = 0; i < 2e6; i++) h = (h * 31 + i) | 0; return h; }
function joins() { let s = ""; for (let i = 0; i < 6e4; i++) s += i; return s.split("7").length; }
function all() { return sorts() + parses() + hashes() + joins(); }
for (let i = 0; i < 200; i++) all();
`;

/**
 * The shares of the five busiest functions by perf, and the same functions' by the built-in
 * sampler.
 */
async function sharesByBoth(): Promise<[name: string, byPerf: number, byOurs: number][]> {
  await using place = new Workplace();
  const script = place.write("mixed.ts", MIXED);
  const profile = async (sampler: string, output: string) => {
    const args = ["profile", `--sampler=${sampler}`, "-F", "999", "-o", output, script];
    const { code, stderr } = await runCommand(args, { cwd: place.path });
    equal(code, 0, stderr);
  };
  await profile("perf", "perf.data");
  await profile("builtin", "own.json");
  const [byPerf] = await readRecordings(`${place.path}/perf.data`, new Progress());
  const ours = new Map(shares(readRecording(place, "own.json")));
  return shares(byPerf!).slice(0, 5).map(([name, share]) => [name, share, ours.get(name)!]);
}

testNeeding(obstacleOfPerf(), "both samplers of profile() agree on the same program", async () => {
  // They see a run each, and on a busy machine no two runs are the same.
  let gap = Infinity;
  for (let attempt = 0; attempt < 3 && !(gap < 5); attempt++) {
    const both = await sharesByBoth();
    equal(both.length, 5);
    gap = Math.max(...both.map(([, byPerf, byOurs]) => Math.abs(byPerf - byOurs)));
    console.log(
      both.map(([name, byPerf, byOurs]) =>
        `${name} ${byPerf.toFixed(1)} % by perf, ${byOurs?.toFixed(1)} % by ours`
      ).join("; "),
    );
  }
  ok(gap < 5, `${gap.toFixed(1)} points apart`);
});

Deno.test("profile() --sampler builtin refuses options that only perf has", async () => {
  await using place = new Workplace();
  const script = place.write("app.ts", "Deno.writeTextFileSync('ran', '');");
  for (const args of [["-X", "perf_jit"], ["-e", "cycles"], ["--call-graph", "dwarf"]]) {
    const { code, stderr } = await runCommand(["profile", "--sampler=builtin", ...args, script], {
      cwd: place.path,
    });
    equal(code, 2);
    match(stderr, /^error: Cannot use .* with the built-in sampler: only perf has it\nhint: /);
  }
  const unknown = await runCommand(["profile", "--sampler=perhaps", script], { cwd: place.path });
  equal(unknown.code, 2);
  match(unknown.stderr, /^error: Cannot use sampler "perhaps" of --sampler: must be auto or perf/);
  equal(place.has("ran"), false);
});
