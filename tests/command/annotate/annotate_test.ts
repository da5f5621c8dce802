import { equal, match } from "node:assert/strict";

import { encodeRecording } from "../../../lib/recording/recording_file.ts";
import { runCommand, Workplace } from "../../support/command_process.ts";
import { programRecording } from "../../support/program_recording.ts";

const RECORDING = programRecording([
  { stack: "a.run:/src/a.ts:1@2,1", times: 3 },
  { stack: "b.run:/src/b.ts:7@8,1", times: 2 },
  { stack: "lineless:/src/c.ts:1", times: 1 },
], { sources: new Map([["/src/a.ts", "function run() {\n  burn();\n}\n"]]) });

Deno.test("annotate() lists the functions that a name can mean", async () => {
  await using place = new Workplace();
  place.write("own.json", encodeRecording(RECORDING));
  const run = (...args: string[]) =>
    runCommand(["annotate", ...args, "own.json"], { cwd: place.path });
  const several = await run("run");
  equal(several.code, 2);
  equal(
    several.stderr,
    'error: Cannot annotate "run": it is 2 of these, must be one\n' +
      "  a.run:/src/a.ts:1  3.0 ms self\n  b.run:/src/b.ts:7  2.0 ms self\n" +
      'hint: annotate "a.run:/src/a.ts:1"\n',
  );
  const one = await run("a.run:/src/a.ts:1");
  equal(one.code, 0, one.stderr);
  match(one.stdout, /\n +50\.0 % +50\.0 % +2 +burn\(\);\n/);
});

Deno.test("annotate() says why there are no lines", async () => {
  await using place = new Workplace();
  place.write("own.json", encodeRecording(RECORDING));
  const run = (...args: string[]) =>
    runCommand(["annotate", ...args, "own.json"], { cwd: place.path });
  match(
    (await run("nothing")).stderr,
    /^error: Cannot annotate "nothing": the recording has no such/,
  );
  match(
    (await run("lineless")).stderr,
    /^error: Cannot annotate "lineless": the recording has no lines/,
  );
  match((await run("b.run")).stderr, /^error: Cannot annotate "\/src\/b\.ts": its text is neither/);
});
