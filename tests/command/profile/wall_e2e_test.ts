import { deepEqual, equal, match, ok } from "node:assert/strict";

import type { Recording } from "../../../lib/recording/recording.ts";
import { realTime } from "../../../lib/report/figures/real_time.ts";
import { sharesOf } from "../../../lib/report/figures/shares.ts";
import { BLOCKERS, BLOCKING, RESULTS } from "../../support/blocking_program.ts";
import { type CommandResult, runCommand, Workplace } from "../../support/command_process.ts";
import { obstacleOfCommand, testNeeding } from "../../support/needing.ts";
import { obstacleOfPerf } from "../../support/perf.ts";
import { readRecorded } from "../../support/recorded.ts";

/** The program's output. */
interface Output {
  results: string[];
  took: Record<string, number>;
}

const obstacle = obstacleOfCommand("mkfifo", "--version");

async function profile(
  place: Workplace,
  args: readonly string[],
): Promise<CommandResult & { output: Output }> {
  const script = place.write("blocking.mjs", BLOCKING);
  new Deno.Command("mkfifo", { args: [`${place.path}/fifo`] }).outputSync();
  const result = await runCommand(["profile", ...args, script, place.path], { cwd: place.path });
  equal(result.code, 0, result.stderr);
  return { ...result, output: JSON.parse(/^{"results".*$/m.exec(result.stdout)![0]) };
}

/** Real time of functions by name, in milliseconds. */
function totals({ stacks }: Recording): Map<string, number> {
  return new Map(sharesOf({ stacks }).functions.map(({ name, total }) => [name, total / 1e6]));
}

/** Holds the times of functions against those that the program has measured itself. */
function checkTimes(
  recording: Recording,
  { took }: Output,
  { tolerance, names = Object.keys(took) }: { tolerance: number; names?: readonly string[] },
): void {
  const seen = totals(recording);
  for (const name of names) {
    const share = (seen.get(name) ?? 0) / took[name]!;
    ok(Math.abs(share - 1) < tolerance, `${name}: ${share} of ${took[name]} ms`);
  }
}

testNeeding(obstacle, "profile --wall finds what blocks, and how long", async () => {
  await using place = new Workplace();
  const args = ["--wall", "--format", "text,markdown,html,folded"];
  const { output, stdout, stderr } = await profile(place, args);
  match(stderr, /^sampler: builtin \(with --wall /m);
  deepEqual(output.results, RESULTS);
  const recording = await readRecorded(`${place.path}/recording.json`);
  equal(recording.event, "wall-clock");
  checkTimes(recording, output, { tolerance: 0.25 });
  const { blockers } = realTime(recording);
  for (const [name, line, call] of BLOCKERS) {
    const found = blockers.find(({ frame }) => frame.name === name);
    ok(found !== undefined, `${name} is not among ${blockers.map(({ frame }) => frame.name)}`);
    equal(found.frame.position?.line, line, name);
    match(found.call, call, name);
  }
  match(stdout, /^Blocks the event loop, share of /m);
  match(stdout, /^ .* sleeps +blocking\.mjs:16 +futex, \d+ times/m);
  match(stdout, /^Longest turns of the event loop/m);
  const read = (ending: string) => Deno.readTextFileSync(`${place.path}/recording${ending}`);
  match(read(".md"), /## Blocks the event loop\n[^#]*`sleeps`/);
  match(read(".folded"), /;js::sleeps:[^;]*;.*\(blocks the event loop: futex\)/);
  match(read(".folded"), /^\S+;\(event loop idle\) \d+$/m);
  // Threads that only wait are left out.
  equal(/\(idle\)/.test(read(".folded")), false);
  match(read(".html"), /blocks the event loop: sleeps/);
});

testNeeding(
  obstacle ?? obstacleOfPerf(),
  "profile --wall --sampler perf has waits from their beginning to their end",
  async () => {
    await using place = new Workplace();
    const { output } = await profile(place, ["--wall", "--sampler", "perf", "--format", "text"]);
    deepEqual(output.results, RESULTS);
    const recording = await readRecorded(`${place.path}/perf.data`);
    equal(recording.event, "wall-clock");
    // The kernel finds no callers of open() and poll() of the C library.
    checkTimes(recording, output, { tolerance: 0.15, names: ["sleeps", "spins"] });
    const sleeps = realTime(recording).blockers.find(({ frame }) => frame.name === "sleeps")!;
    equal(sleeps.call, "futex");
    ok(sleeps.longest >= 50e6, String(sleeps.longest));
  },
);

testNeeding(
  obstacle ?? obstacleOfPerf(),
  "profile without --wall sees nothing of what waits",
  async () => {
    await using place = new Workplace();
    const { output, stdout } = await profile(place, ["--format", "text"]);
    deepEqual(output.results, RESULTS);
    const seen = totals(await readRecorded(`${place.path}/perf.data`));
    ok((seen.get("sleeps") ?? 0) < 0.1 * output.took["sleeps"]!);
    equal(/event loop/.test(stdout), false);
  },
);
