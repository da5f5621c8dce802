import { deepEqual } from "node:assert/strict";

import { PROFILE_OPTIONS } from "../../lib/command/options.ts";
import { programWords } from "../../lib/command/program_words.ts";

const CASES: [line: string, expected: string | undefined][] = [
  ["", undefined],
  ["-F 99", undefined],
  ["--", undefined],
  ["app.ts", "script app.ts"],
  ["app.ts -- a -b", "script app.ts -- a -b"],
  ["deno test", "script deno test"],
  ["-F 99 -g app.ts -F 1", "script app.ts -F 1"],
  ["-- deno test -A", "command deno test -A"],
  ["-F 99 -- npm run build -- --watch", "command npm run build -- --watch"],
  ["-- ./bin/tool.sh x", "command ./bin/tool.sh x"],
  ["-- app.ts x", "script app.ts x"],
  ["-- -", "script -"],
  ["-- npm:cowsay hi", "script npm:cowsay hi"],
  ["-- https://example.com/a x", "script https://example.com/a x"],
  ["-o -- app x", "script app x"],
  ["-o -- -- app x", "command app x"],
];

for (const [line, expected] of CASES) {
  Deno.test(`programWords() takes "${line}" for ${expected ?? "nothing"}`, () => {
    const words = programWords(line.split(" ").filter(Boolean), PROFILE_OPTIONS);
    const text = words === undefined
      ? undefined
      : words.kind === "script"
      ? ["script", words.script, ...words.args].join(" ")
      : ["command", ...words.command].join(" ");
    deepEqual(text, expected);
  });
}
