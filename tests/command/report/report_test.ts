import { deepEqual, equal, match } from "node:assert/strict";
import { gunzipSync } from "node:zlib";

import { encodeRecording } from "../../../lib/recording/recording_file.ts";
import { recordingOf, TRAMPOLINES } from "../../support/recordings.ts";
import { runCommand, Workplace } from "../../support/command_process.ts";

/** A place with a recording in it. */
function placeWithRecording(): Workplace {
  const place = new Workplace();
  place.write("own.json", encodeRecording(recordingOf(TRAMPOLINES, { lostSamples: 7 })));
  return place;
}

Deno.test("report() prints perf's text, and warns of missing data", async () => {
  await using place = placeWithRecording();
  const { code, stdout, stderr } = await runCommand(["report", "own.json"], { cwd: place.path });
  equal(code, 0, stderr);
  match(stdout, /70\.00% +70 +js::foo:\/a\.ts:1\n/);
  match(stdout, /\n# Recorded in \/.*own\.json\n$/);
  equal(stderr, "warning: 7 samples were lost, a lower -F or a larger -m keeps them\n");
});

Deno.test("report() writes several formats at once, options before and after the file", async () => {
  await using place = placeWithRecording();
  const { code, stdout, stderr } = await runCommand(
    ["report", "--app-only", "own.json", "--format", "html,folded,speedscope,pprof", "-q"],
    { cwd: place.path },
  );
  equal(code, 0, stderr);
  equal(stdout + stderr, "");
  const read = (name: string) => Deno.readFileSync(`${place.path}/${name}`);
  const text = (name: string) => new TextDecoder().decode(read(name));
  equal(
    text("own.folded"),
    "deno;[no app code] 10000\ndeno;js::bar:/a.ts:2 15000\n" +
      "deno;js::bar:/a.ts:2;js::foo:/a.ts:1 70000\nworker;[no app code] 5000\n",
  );
  match(text("own.html"), /^<!doctype html>/);
  equal(JSON.parse(text("own.speedscope.json")).profiles[0].endValue, 100_000);
  match(gunzipSync(read("own.pb.gz")).toString("latin1"), /js::foo:\/a\.ts:1/);
});

Deno.test("report() writes to the file of -o, or to standard output", async () => {
  await using place = placeWithRecording();
  const run = (...args: string[]) =>
    runCommand(["report", "-q", "own.json", ...args], { cwd: place.path });
  match((await run("--format", "folded", "-o", "-")).stdout, /^deno;main;\[deno\] 10000\n/);
  equal((await run("--format", "folded", "-o", "x.txt")).stdout, "");
  match(Deno.readTextFileSync(`${place.path}/x.txt`), /^deno;main;\[deno\] 10000\n/);
});

Deno.test("report() writes a .cpuprofile for each thread, and the main thread's to standard output", async () => {
  await using place = placeWithRecording();
  const run = (...args: string[]) =>
    runCommand(["report", "own.json", "--format", "cpuprofile", ...args], {
      cwd: place.path,
    });
  const files = () =>
    [...Deno.readDirSync(place.path)].map(({ name }) => name)
      .filter((name) => name !== "own.json").sort();
  const out = await run("-o", "-");
  equal(out.code, 0, out.stderr);
  equal(JSON.parse(out.stdout).perf.thread, "deno");
  match(out.stderr, /^cpuprofile: other threads are left out \(1\), -o FILE has a file for each$/m);
  deepEqual(files(), []);
  equal((await run()).stdout, "");
  deepEqual(files(), ["own.cpuprofile", "own.worker.cpuprofile"]);
  await run("-o", "x.cpuprofile");
  deepEqual(files().slice(2), ["x.cpuprofile", "x.worker.cpuprofile"]);
  const worker = JSON.parse(Deno.readTextFileSync(`${place.path}/x.worker.cpuprofile`));
  equal(worker.perf.thread, "worker");
});

Deno.test("report() --max-lines limits a report in markdown", async () => {
  await using place = placeWithRecording();
  const run = (lines: string) =>
    runCommand([
      "report",
      "-q",
      "own.json",
      "--format",
      "markdown",
      "-o",
      "-",
      "--max-lines",
      lines,
    ], {
      cwd: place.path,
    });
  match((await run("80")).stdout, /^# CPU profile: app\.ts --fast\n/);
  for (const lines of ["79", "many", "1e9.5"]) {
    const { code, stderr } = await run(lines);
    equal(code, 2);
    match(stderr, /^error: Cannot use --max-lines ".*": must be a whole number from 80 on/);
  }
});

Deno.test("report() refuses what it cannot report", async () => {
  await using place = placeWithRecording();
  place.write("notes.txt", "PERFILE");
  place.write("torn.json", '{"format":"@x/perf recording","version":1,"frames":[');
  const run = (...args: string[]) => runCommand(["report", ...args], { cwd: place.path });
  const table: [string[], number, RegExp][] = [
    [["notes.txt"], 1, /^error: Cannot read "notes\.txt": it is no recording/],
    [["torn.json"], 1, /^error: Cannot read "torn\.json": /],
    [
      [],
      1,
      /^error: Cannot read "perf\.data": no such file or directory\nhint: profile -o perf\.data /,
    ],
    [["."], 1, /^error: Cannot read "\.": [a-z ]*directory\n/],
    [["own.json", "own.json"], 2, /^error: Cannot report 2 files: must be one, diff compares two/],
    [["own.json", "--format", "svg"], 2, /^error: Cannot report in format "svg": must be one of/],
  ];
  for (const [args, status, message] of table) {
    const { code, stdout, stderr } = await run(...args);
    match(stderr, message);
    equal(stderr.includes("    at "), false, stderr);
    deepEqual([code, stdout], [status, ""]);
  }
});
