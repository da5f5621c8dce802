import { equal, match } from "node:assert/strict";

import { encodeRecording } from "../../../lib/recording/recording_file.ts";
import { recordingOf } from "../../support/recordings.ts";
import { runCommand, Workplace } from "../../support/command_process.ts";

function placeWithRecordings(): Workplace {
  const place = new Workplace();
  const write = (name: string, ...args: Parameters<typeof recordingOf>) =>
    place.write(name, encodeRecording(recordingOf(...args)));
  write("a.json", [["deno: js/js::foo:/a.ts:1", 1], ["deno: js/js::bar:/a.ts:2", 3]]);
  write("b.json", [["deno: js/js::foo:/a.ts:1", 5]], { event: "task-clock" });
  write("c.json", [["deno: js/js::foo:/a.ts:1", 5]], { event: "cycles", unit: "events" });
  write("d.json", [["deno: js/js::foo:/a.ts:1", 5]], { sampler: "builtin" });
  write("e.json", [["deno: libc/main", 5]]);
  return place;
}

Deno.test("diff() prints the difference of totals, functions and lines", async () => {
  await using place = placeWithRecordings();
  const write = (name: string, stacks: Parameters<typeof recordingOf>[0]) =>
    place.write(name, encodeRecording(recordingOf(stacks)));
  write("one.json", [["deno: js/js::foo:/a.ts:1", 9000], ["deno: js/js::bar:/a.ts:2", 1000]]);
  write("two.json", [["deno: js/js::foo:/a.ts:7", 3000], ["deno: js/js::bar:/a.ts:8", 3100]]);
  const run = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCommand(["diff", ...args], { cwd: place.path });
    equal(code, 0, stderr);
    return stdout;
  };
  equal(
    (await run("one.json", "two.json")).split("\nSelf time")[0],
    `39 % less time: 10 ms before, 6.1 ms after
the program's functions: 39 % less time: 10 ms before, 6.1 ms after
before: one.json, after: two.json

functions with less self time
      change      before       after
     -6.0 ms      9.0 ms      3.0 ms  foo  /a.ts:7

functions with more self time
      change      before       after
     +2.1 ms      1.0 ms      3.1 ms  bar  /a.ts:8
`,
  );
  match(await run("one.json", "two.json", "--shares"), /-40\.8 % {6}90\.0 % {6}49\.2 % {2}foo/);
  match(await run("one.json", "d.json", "--force"), /^100 % less time/);
  match(await run("a.json", "c.json", "--force"), /^25 % more events/);
  await run("one.json", "two.json", "-o", "out.txt");
  match(Deno.readTextFileSync(`${place.path}/out.txt`), /^39 % less time/);
});

Deno.test("diff() writes a page and folded stacks with both weights", async () => {
  await using place = placeWithRecordings();
  const args = ["diff", "a.json", "b.json", "--format", "html,folded"];
  const { code, stdout, stderr } = await runCommand(args, { cwd: place.path });
  equal(code, 0, stderr);
  equal(stdout, "");
  match(stderr, /^html: .*b\.diff\.html\nfolded: .*b\.diff\.folded\n$/);
  equal(
    Deno.readTextFileSync(`${place.path}/b.diff.folded`),
    "deno;js::bar:/a.ts:2 3000 0\ndeno;js::foo:/a.ts:1 1000 5000\n",
  );
  const page = Deno.readTextFileSync(`${place.path}/b.diff.html`);
  match(page, /"compared":\{"before":"a\.json","after":"b\.json"\}/);
});

Deno.test("diff() refuses files that cannot be compared", async () => {
  await using place = placeWithRecordings();
  const table: [string[], number, RegExp][] = [
    [["a.json", "c.json"], 1, /^error: Cannot compare cpu-clock with cycles: .*\nhint: -e EVENT/],
    [["a.json"], 2, /^error: Cannot compare 1 recordings: must be two/],
    [
      ["a.json", "d.json"],
      1,
      /^error: Cannot compare sampler perf with builtin: .*\nhint:.*--force/,
    ],
    [["a.json", "e.json"], 1, /^error: Cannot compare names trampolines with no names: /],
    [["a.json", "b.json", "--format", "pprof"], 2, /^error: Cannot compare in format "pprof"/],
  ];
  for (const [args, status, message] of table) {
    const { code, stderr } = await runCommand(["diff", ...args], { cwd: place.path });
    match(stderr, message);
    equal(code, status);
  }
});
