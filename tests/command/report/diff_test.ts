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
  return place;
}

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
    [["a.json", "b.json", "--format", "pprof"], 2, /^error: Cannot compare in format "pprof"/],
  ];
  for (const [args, status, message] of table) {
    const { code, stderr } = await runCommand(["diff", ...args], { cwd: place.path });
    match(stderr, message);
    equal(code, status);
  }
});
