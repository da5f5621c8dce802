import { equal } from "node:assert/strict";

import { keptTexts } from "../../../lib/command/logs/kept_texts.ts";
import { makeLogDirectory } from "../../../lib/v8_log/log_directory.ts";
import { Workplace } from "../../support/command_process.ts";

Deno.test("keptTexts() returns the text of the first reading, also when the module has changed", async () => {
  await using place = new Workplace();
  const url = "file:///app/a.ts";
  equal(keptTexts(place.path, () => undefined)(url), undefined);
  equal(keptTexts(place.path, () => "first")(url), "first");
  equal(keptTexts(place.path, () => "second")(url), "first");
  equal(keptTexts(place.path, () => "other")("file:///app/b.ts"), "other");
  equal(keptTexts(`${place.path}/none`, () => "third")(url), "third");
});

Deno.test("keptTexts() keeps no text for the next recording of the same name", async () => {
  await using place = new Workplace();
  const recording = `${place.path}/perf.data`;
  const read = (text: string) => {
    const { path } = makeLogDirectory({ recording, temporary: place.path });
    return keptTexts(path, () => text)("file:///app/a.ts");
  };
  equal(read("first"), "first");
  equal(read("second"), "second");
});
