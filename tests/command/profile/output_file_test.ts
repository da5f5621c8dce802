import { equal, notEqual, throws } from "node:assert/strict";

import { checkOutput, fileState } from "../../../lib/command/profile/output_file.ts";
import { Workplace } from "../../support/command_process.ts";

Deno.test("checkOutput() accepts no file, an empty one and an earlier recording, unchanged", async () => {
  await using place = new Workplace();
  checkOutput(`${place.path}/perf.data`);
  equal(place.has("perf.data"), false);
  for (const content of ["", "PERFILE2 and more"]) {
    const path = place.write("perf.data", content);
    checkOutput(path);
    equal(Deno.readTextFileSync(path), content);
  }
});

Deno.test("checkOutput() refuses a file that is no recording, and leaves it unchanged", async () => {
  await using place = new Workplace();
  const path = place.write("app.ts", "source");
  throws(() => checkOutput(path), {
    code: "file",
    message:
      `Cannot write "${path}": it is no recording of perf, must be an earlier recording or nothing`,
  });
  equal(Deno.readTextFileSync(path), "source");
  throws(() => checkOutput(place.path), /it is a directory/);
  throws(() => checkOutput("/dev/null"), /it is not a regular file/);
});

Deno.test("checkOutput() refuses a place that cannot be written", () => {
  throws(() => checkOutput("/no/such/place/perf.data"), {
    code: "file",
    message: /^Cannot write "\/no\/such\/place\/perf.data": no such file or directory/,
    hint: "-o FILE names another place",
  });
});

Deno.test("fileState() tells whether a file has been written since", async () => {
  await using place = new Workplace();
  const before = fileState(`${place.path}/perf.data`);
  const path = place.write("perf.data", "PERFILE2");
  const after = fileState(path);
  notEqual(after, before);
  equal(fileState(path), after);
  Deno.writeTextFileSync(path, "more", { append: true });
  notEqual(fileState(path), after);
});
