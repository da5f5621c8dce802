import { deepEqual, equal, throws } from "node:assert/strict";

import { parseCommandLine } from "../../../lib/command/command_line.ts";
import { parseOptionsOf } from "../../../lib/command/options.ts";
import {
  rotatedFiles,
  type Rotation,
  rotationArgs,
  rotationOf,
} from "../../../lib/command/profile/rotation.ts";
import { findLogs } from "../../../lib/v8_log/log_directory.ts";
import { Workplace } from "../../support/command_process.ts";

function rotation(...args: string[]): Rotation | undefined {
  return rotationOf(parseCommandLine(args, parseOptionsOf("profile")));
}

Deno.test("rotationOf() reads when files begin and how many stay", () => {
  equal(rotation(), undefined);
  deepEqual(rotation("--rotate", "60s"), { every: "60s", keepLast: undefined });
  deepEqual(rotation("--rotate", "100M", "--keep-last", "3"), { every: "100M", keepLast: 3 });
  deepEqual(rotationArgs({ every: "5m", keepLast: 3 }), [
    "--switch-output=5m",
    "--switch-max-files=3",
  ]);
  deepEqual(rotationArgs({ every: "5m", keepLast: undefined }), ["--switch-output=5m"]);
});

Deno.test("rotationOf() refuses what perf would misunderstand", () => {
  for (const value of ["60", "0s", "1.5s", "s", "60 s", "signal"]) {
    throws(() => rotation("--rotate", value), /^RangeError: Cannot rotate every/, value);
  }
  throws(() => rotation("--rotate", "1h", "--keep-last", "0"), /Cannot keep the last "0" files/);
  throws(() => rotation("--keep-last", "2"), /Cannot use --keep-last without --rotate/);
});

Deno.test("rotatedFiles() lists a recording's files by age, and findLogs() their logs", async () => {
  await using place = new Workplace();
  for (const time of ["2026113014441385", "2026113014441299", "2026113014441495"]) {
    place.write(`p.data.${time}`, "");
  }
  place.write("q.data.2026113014441385", "");
  place.write("p.data.old", "");
  place.write("p.data.v8/isolate-0x1-42-42-1700000000000.log", "");
  place.write("p.data.v8/isolate-0x1-43-43-1700000000000.log", "");
  const output = `${place.path}/p.data`;
  const files = ["2026113014441299", "2026113014441385", "2026113014441495"]
    .map((time) => `${output}.${time}`);
  deepEqual(rotatedFiles(output), files);
  for (const recording of files) {
    const [found] = findLogs({ recording, pids: new Set([42]) });
    deepEqual(found!.logs.map(({ pid }) => pid), [42, 43]);
  }
  deepEqual(rotatedFiles(`${place.path}/none/p.data`), []);
});
