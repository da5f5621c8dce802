import { deepEqual, equal, match } from "node:assert/strict";

import { formatText } from "../../../lib/report/text/text.ts";
import { columnsOf } from "../../../lib/report/text/terminal.ts";
import { programRecording } from "../../support/program_recording.ts";

const SOURCE = `function foo() {
  burn();
}
`;

const RECORDING = programRecording([
  { stack: "native/main", times: 5 },
  { stack: "native/main <module>:/src/app.ts foo:/src/app.ts:1@2,3", times: 80 },
  { stack: "native/main <module>:/src/app.ts", times: 15 },
], { sources: new Map([["/src/app.ts", SOURCE]]) });

Deno.test("formatText() begins with the answer", () => {
  deepEqual([...formatText(RECORDING, { directory: "/src" })].join("").split("\n"), [
    "app.ts --fast (perf 6.12.95, cpu-clock at 999 Hz, 1.5 s, 100 samples, 2026-11-24 10:30)",
    "program 95 ms (95.0 %), start-up 5.0 ms (5.0 %)",
    "",
    "Self time of functions, share of the program's 95 ms",
    "    80 ms  84.2 %  total  84.2 %  foo  app.ts:1",
    "    15 ms  15.8 %  total 100.0 %  <module>  app.ts",
    "",
    "Hottest lines",
    "    80 ms  84.2 %  app.ts:2  burn();",
    "",
    "Calls, each with all that it calls",
    "    95 ms 100.0 %  <module>  app.ts",
    "    80 ms  84.2 %    foo  app.ts:1",
    "",
  ]);
});

Deno.test("formatText() tells the garbage collection of V8's own threads too", () => {
  const head = (...samples: Parameters<typeof programRecording>[0]) =>
    [...formatText(programRecording([{ stack: "m:/src/app.ts@1,1", times: 80 }, ...samples]), {
      terminal: { width: 200, hasColor: false },
    })][1];
  const collection = { stack: "(garbage_collection) native/scavenge", times: 10 };
  equal(head(collection), "program 80 ms (88.9 %), garbage collection 10 ms (11.1 %)\n");
  equal(
    head(collection, { ...collection, tid: 2 }),
    "program 80 ms (80.0 %), V8's and other background threads 10 ms (10.0 %), " +
      "garbage collection 10 ms (10.0 %); 20.0 % in garbage collection, all threads together\n",
  );
});

Deno.test("formatText() has the answer in 24 lines of any width, in colour or not", () => {
  const many = programRecording(
    Array.from({ length: 60 }, (_, i) => ({
      stack:
        `<module>:/src/app.ts function_with_a_long_name_${i}:/src/a/long/path/to/漢字/${i}.ts:1@${
          i + 1
        },3`,
      times: 60 - i,
    })),
  );
  for (const width of [40, 80, 200]) {
    const lines = [...formatText(many, { terminal: { width, hasColor: true } })].join("")
      .split("\n");
    // deno-lint-ignore no-control-regex -- the sequences that colours are made of
    const plain = lines.map((line) => line.replace(/\x1b\[\d+m/g, ""));
    for (const line of plain) equal(columnsOf(line) <= width, true, `${width}: ${line}`);
    equal(plain.indexOf("Hottest lines") + 10 < 24, true, `${width}`);
    const colorless = [...formatText(many, { terminal: { width, hasColor: false } })].join("");
    equal(colorless, plain.join("\n"));
  }
});

Deno.test("formatText() --tree full has the frames of the runtime", () => {
  const text = [...formatText(RECORDING, { tree: "full" })].join("");
  match(
    text,
    /All frames[^]*deno\n.*main\n.*js::<module>:\/src\/app\.ts\n.*js::foo:\/src\/app\.ts:1/,
  );
  equal([...formatText(RECORDING)].join("").includes("js::"), false);
});

Deno.test("formatText() shows no escape sequence of the program's", () => {
  const evil = programRecording([{ stack: "<module>:/a.ts@1,1" }], {
    sources: new Map([["/a.ts", "x = '\x1b]0;owned\x07'"]]),
    command: ["deno", "a\x1b[2J.ts"],
  });
  // deno-lint-ignore no-control-regex -- these are what must not be there
  equal(/[\x00-\x09\x0b-\x1f]/.test([...formatText(evil)].join("")), false);
});

Deno.test("formatText() says so where nothing of the program was seen", () => {
  match([...formatText(programRecording([{ stack: "native/main" }]))].join(""), /\nNo function of/);
});
