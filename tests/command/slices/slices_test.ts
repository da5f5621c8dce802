import { deepEqual, equal } from "node:assert/strict";

import { Slices } from "../../../lib/command/slices/slices.ts";
import { Workplace } from "../../support/command_process.ts";

Deno.test("finished() has each slice once, in order, and none that is being written", async () => {
  await using place = new Workplace();
  const slices = new Slices(place.path);
  equal(slices.output, `${place.path}/slice.data`);
  place.write("slice.data", "being written");
  place.write("slice.data.2026113014180252", "second");
  place.write("slice.data.2026113014180147", "first");
  place.write("output-1", "another file");
  let isOver = false;
  const seen: string[] = [];
  for await (const { path } of slices.finished(() => isOver)) {
    seen.push(Deno.readTextFileSync(path));
    if (seen.length === 2) setTimeout(() => place.write("slice.data.2026113014180353", "late"), 80);
    if (seen.length === 3) {
      // perf finishes its last slice, and ends.
      place.write("slice.data.2026113014180455", "last");
      isOver = true;
    }
  }
  deepEqual(seen, ["first", "second", "late", "last"]);
  deepEqual([...Deno.readDirSync(place.path)].map(({ name }) => name).sort(), [
    "output-1",
    "slice.data",
  ]);
});
