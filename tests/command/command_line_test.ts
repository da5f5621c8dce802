import { deepEqual, equal, throws } from "node:assert/strict";

import { type CommandLine, lastValue, parseCommandLine } from "../../lib/command/command_line.ts";
import { parseOptionsOf } from "../../lib/command/options.ts";

function parse(...args: string[]): CommandLine {
  return parseCommandLine(args, parseOptionsOf("profile"));
}

Deno.test("parseCommandLine() takes -X in every spelling, repeated", () => {
  const { options } = parse("-X", "perf", "-Xperf", "-Xperf_jit", "-X", "perf=0");
  deepEqual(options.get("X"), ["perf", "perf", "perf_jit", "perf=0"]);
});

Deno.test("parseCommandLine() takes perf's short and long names", () => {
  const line = parse("-F", "99", "--freq=100", "-g", "-oout", "-e", "cpu-clock", "-k", "mono");
  deepEqual(line.options.get("freq"), ["99", "100"]);
  equal(lastValue(line, "freq"), "100");
  equal(lastValue(line, "output"), "out");
  equal(lastValue(line, "event"), "cpu-clock");
  equal(lastValue(line, "clockid"), "mono");
  equal(line.options.has("g"), true);
  equal(lastValue(line, "mmap-pages"), undefined);
});

Deno.test("parseCommandLine() leaves everything after the script to the script", () => {
  const { options, script, scriptArgs } = parse("-g", "app.ts", "-X", "perf", "--", "--bad", "-F");
  deepEqual([...options.keys()], ["g"]);
  equal(script, "app.ts");
  deepEqual(scriptArgs, ["-X", "perf", "--", "--bad", "-F"]);
});

Deno.test("parseCommandLine() ends its options at --", () => {
  const { options, script, scriptArgs } = parse("-g", "--", "-odd.ts", "--", "x");
  deepEqual([...options.keys()], ["g"]);
  equal(script, "-odd.ts");
  deepEqual(scriptArgs, ["--", "x"]);
  equal(parse("--").script, undefined);
});

Deno.test("parseCommandLine() takes a value that begins with a dash", () => {
  const line = parseCommandLine(
    ["--runtime-args", "--allow-net -R", "a.ts"],
    parseOptionsOf("run"),
  );
  equal(lastValue(line, "runtime-args"), "--allow-net -R");
  equal(line.script, "a.ts");
});

Deno.test("parseCommandLine() returns no script if none is named", () => {
  deepEqual(parse(), {
    options: new Map(),
    script: undefined,
    scriptArgs: [],
    command: [],
  });
});

Deno.test("parseCommandLine() refuses an unknown option and names it", () => {
  for (const option of ["--bad", "--X", "--g", "-z", "--constructor", "--__proto__"]) {
    throws(() => parse(option, "app.ts"), {
      name: "PerfError",
      code: "usage",
      message: `Cannot use option "${option}": it is unknown`,
      hint: "--help lists commands and options",
    });
  }
  throws(() => parseCommandLine(["-k", "mono"], parseOptionsOf("run")), /"-k": it is unknown/);
});

Deno.test("parseCommandLine() refuses a missing value, and a value for a flag", () => {
  throws(() => parse("-F"), /"-F": its value is missing/);
  throws(() => parse("--output"), /"--output": its value is missing/);
  throws(
    () => parseCommandLine(["--json=yes"], parseOptionsOf("doctor")),
    /"--json" with value "yes": it takes none/,
  );
});

/** Command lines with the script, or the command behind `--`, that they name. */
const PROGRAMS: [line: string, expected: string | undefined][] = [
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

for (const [line, expected] of PROGRAMS) {
  Deno.test(`parseCommandLine() takes "${line}" for ${expected ?? "no program"}`, () => {
    const words = line.split(" ").filter(Boolean);
    const { script, scriptArgs, command } = parseCommandLine(words, parseOptionsOf("profile"), {
      takesCommand: true,
    });
    const text = command.length > 0
      ? ["command", ...command].join(" ")
      : script === undefined
      ? undefined
      : ["script", script, ...scriptArgs].join(" ");
    equal(text, expected);
  });
}
