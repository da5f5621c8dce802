import { equal, match } from "node:assert/strict";
import { pathToFileURL } from "node:url";

import { denoTexts, isDenos } from "../../../lib/command/logs/deno_texts.ts";
import { splitInlineMap } from "../../../lib/source/source_positions.ts";
import { Workplace } from "../../support/command_process.ts";

const MAP = { version: 3, names: [], sources: ["../src/a.ts"], mappings: "AAAA" };

Deno.test("denoTexts() puts a map in a file beside a module into its text", async () => {
  await using place = new Workplace();
  const text = "run();\n//# sourceMappingURL=a.js.map\n";
  const url = pathToFileURL(place.write("dist/a.js", text)).href;
  place.write("dist/a.js.map", JSON.stringify(MAP));
  const find = denoTexts();
  const { source, map } = splitInlineMap(find(url)!);
  equal(source.trimEnd(), text.trimEnd());
  // The package has left its sources out.
  equal(map!.sources[0], null);
  place.write("src/a.ts", "run();");
  match(splitInlineMap(find(url)!).map!.sources[0]!, /src\/a\.ts$/);
});

Deno.test("denoTexts() has no text for modules without a map or without a file", async () => {
  await using place = new Workplace();
  const find = denoTexts();
  equal(find(pathToFileURL(place.write("b.js", "run();\n")).href), undefined);
  const dangling = place.write("c.js", "run();\n//# sourceMappingURL=gone.js.map\n");
  equal(find(pathToFileURL(dangling).href), undefined);
  equal(find(pathToFileURL(`${place.path}/none.js`).href), undefined);
  equal(find("data:text/javascript,1"), undefined);
});

Deno.test("isDenos() decides by the first line of the log", () => {
  const log = (text: string) => ({ read: () => new TextEncoder().encode(text) });
  equal(isDenos(log("v8-version,15,0,245,2,-rusty,0\nv8-platform,linux,linux\n")), true);
  equal(isDenos(log("v8-version,13,6,233,17,-node.44,0\n-rusty")), false);
  equal(isDenos(log("")), false);
});
