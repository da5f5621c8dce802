import { equal, match } from "node:assert/strict";

import { runCommand, Workplace } from "../../support/command_process.ts";
import { HOT } from "../../support/hot_program.ts";
import { testNeeding } from "../../support/needing.ts";
import { obstacleOfPerf } from "../../support/perf.ts";

testNeeding(
  obstacleOfPerf(),
  "annotate() prints the lines of a function, or of a file, with their shares",
  async () => {
    await using place = new Workplace();
    const script = place.write("hot.ts", HOT);
    const options = { cwd: place.path };
    await runCommand(["profile", "-q", "-F", "1999", script, "500"], options);
    const fn = await runCommand(["annotate", "foo"], options);
    equal(fn.code, 0, fn.stderr);
    match(fn.stdout, /^foo +hot\.ts:4\nself \d+ ms \([\d.]+ %\), /);
    match(fn.stdout, /\n +[\d.]+ % +[\d.]+ % +5 +for \(let i = 0; i < rounds; i\+\+\) /);
    const file = await runCommand(["annotate", "--all", "hot.ts", "perf.data"], options);
    equal(file.code, 0, file.stderr);
    const rows = file.stdout.split("\n").slice(4, -1);
    equal(rows.length, HOT.split("\n").length);
    // The module's body has next to no time of its own, and all that it calls.
    match(
      file.stdout,
      /\n(?: {8}| +[0-4]\.\d %) +(?:9\d|100)\.\d % +10 +for \(let i = 0; i < Number/,
    );
  },
);

Deno.test("annotate() says what is wrong with a command line", async () => {
  await using place = new Workplace();
  const options = { cwd: place.path };
  const none = await runCommand(["annotate"], options);
  equal(none.code, 2);
  match(none.stderr, /^error: Cannot annotate: 0 words, must be a function or a file/);
  const missing = await runCommand(["annotate", "foo", "no.data"], options);
  equal(missing.code, 1);
  match(missing.stderr, /^error: Cannot read "no\.data": /);
});
