import { deepEqual } from "node:assert/strict";

import { recordedCommand } from "../../lib/recording/recorded_command.ts";

Deno.test("recordedCommand() finds the command behind perf's own options", () => {
  const commandOf = (text: string) => recordedCommand(text.split(" "));
  const cases: readonly [string, string][] = [
    ["perf record -F 999 -g -- deno run -g a.ts", "deno run -g a.ts"],
    ["perf record -F 999 -g deno run -- a.ts", "deno run -- a.ts"],
    ["perf record -F999 -ag -o x.data deno", "deno"],
    ["perf record -ago x.data node a.js", "node a.js"],
    ["perf record --freq=999 --call-graph fp --no-inherit node", "node"],
    ["perf record -e cycles:u,instructions:u -z3 -k mono node", "node"],
    ["perf record -g -p 42", ""],
    ["perf record -g sh -c ls", "sh -c ls"],
    ["perf inject --jit", ""],
    ["perf record", ""],
    ["", ""],
  ];
  for (const [line, command] of cases) {
    deepEqual(commandOf(line), command === "" ? [] : command.split(" "), line);
  }
  deepEqual(recordedCommand(["perf", "record", "--", "/srv/my app/prog", "a b"]), [
    "/srv/my app/prog",
    "a b",
  ]);
});
