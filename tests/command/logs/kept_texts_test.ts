import { deepEqual, equal } from "node:assert/strict";

import { keptTexts } from "../../../lib/command/logs/kept_texts.ts";
import { makeLogDirectory } from "../../../lib/v8_log/log_directory.ts";
import { runCommand, Workplace } from "../../support/command_process.ts";
import { testNeeding } from "../../support/needing.ts";
import { obstacleOfPerf } from "../../support/perf.ts";

Deno.test("keptTexts() gives the text that it found first", async () => {
  await using place = new Workplace();
  const asked: string[] = [];
  let text: string | undefined = "old";
  const find = keptTexts(place.path, (url) => {
    asked.push(url);
    return text;
  });
  equal(find("file:///a.ts"), "old");
  text = "new";
  equal(find("file:///a.ts"), "old");
  equal(find("file:///b.ts"), "new");
  text = undefined;
  equal(find("file:///c.ts"), undefined);
  deepEqual(asked, ["file:///a.ts", "file:///b.ts", "file:///c.ts"]);
  for (const { name } of Deno.readDirSync(place.path)) {
    equal(Deno.lstatSync(`${place.path}/${name}`).mode! & 0o777, 0o600);
  }
});

Deno.test("keptTexts() finds texts where nothing can be kept, and follows no link", async () => {
  await using place = new Workplace();
  equal(keptTexts(`${place.path}/none`, () => "text")("file:///a.ts"), "text");
  keptTexts(place.path, () => "kept")("file:///a.ts");
  const [{ name }] = [...Deno.readDirSync(place.path)] as [Deno.DirEntry];
  Deno.removeSync(`${place.path}/${name}`);
  Deno.symlinkSync("/etc/hostname", `${place.path}/${name}`);
  equal(keptTexts(place.path, () => "text")("file:///a.ts"), "text");
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

testNeeding(
  obstacleOfPerf(),
  "report() has a recording's own lines after its program has changed and run again",
  async () => {
    await using place = new Workplace();
    const program = (lines: number) =>
      `${"interface Gone { a: number }\n".repeat(lines)}
function hot(n: number): number {
  let s = 0;
  for (let i = 0; i < n; i++) {
    s = (s * 31 + i) | 0;
  }
  return s;
}
const end = performance.now() + 700;
while (performance.now() < end) hot(1e6);
`;
    const report = async () =>
      (await runCommand(["report", "-q", "old.data", "--format", "folded", "-o", "-"], {
        cwd: place.path,
      })).stdout;
    place.write("app.ts", program(20));
    await runCommand(["profile", "-q", "-o", "old.data", "app.ts"], { cwd: place.path });
    const before = await report();
    equal(before.includes("/app.ts:22"), true, before);
    place.write("app.ts", program(3));
    await runCommand(["profile", "-q", "-o", "new.data", "app.ts"], { cwd: place.path });
    equal(await report(), before);
  },
);
