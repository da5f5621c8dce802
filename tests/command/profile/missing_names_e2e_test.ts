import { equal, match } from "node:assert/strict";

import { runCommand, Workplace } from "../../support/command_process.ts";
import { testNeeding } from "../../support/needing.ts";
import { obstacleOfPerf } from "../../support/perf.ts";

const obstacle = obstacleOfPerf();

/** Enough work for samples in it. */
const WORK =
  "function work() { let s = 0; for (let i = 0; i < 3e8; i++) s = (s + i) | 0; return s; }";

/** The last line of standard error. */
function lastLine(text: string): string | undefined {
  return text.trimEnd().split("\n").at(-1);
}

testNeeding(obstacle, "profile() that sees no function says what the cause is", async () => {
  await using place = new Workplace();
  place.write("app.ts", `${WORK} console.log(work());`);
  const cases: [args: string[], cause: string][] = [
    [
      ["--engine", "wasm", "--exclude", "**/*.ts", "app.ts"],
      ': --exclude "**/*.ts" leaves "app.ts" out',
    ],
    [["--engine", "wasm", "--include", "src", "app.ts"], ': --include "src" leaves "app.ts" out'],
    [
      ["--engine", "wasm", "--runtime-args=--allow-env", "app.ts"],
      ": trampolines stay off without --allow-ffi --allow-read --allow-write=/tmp",
    ],
    [
      ["--", "sh", "-c", "exit"],
      ': "sh -c exit" has started no Deno and no Node that wrote V8\'s log',
    ],
  ];
  for (const [args, cause] of cases) {
    const { code, stderr } = await runCommand(["profile", ...args], { cwd: place.path });
    equal(code, 0, stderr);
    equal(lastLine(stderr), `warning: no js:: frame was seen${cause}`);
  }
});

for (
  const [mode, args] of [
    ["V8's log", []],
    ["the built-in sampler", ["--sampler", "builtin"]],
    ["trampolines", ["--engine", "wasm"]],
    ["-X perf_jit", ["-X", "perf_jit"]],
  ] as const
) {
  testNeeding(
    args[1] === "builtin" ? undefined : obstacle,
    `profile() with ${mode} leaves the last word to a program that does not start`,
    async () => {
      await using place = new Workplace();
      place.write("syntax.mjs", "let a;\nlet a;\n");
      place.write("missing.mjs", 'import "./nowhere.mjs";\n');
      for (const script of ["syntax.mjs", "missing.mjs"]) {
        const plain = await new Deno.Command(Deno.execPath(), {
          args: ["run", "-A", "--no-lock", script],
          cwd: place.path,
          env: { NO_COLOR: "1" },
        }).output();
        const { code, stdout, stderr } = await runCommand(["profile", ...args, script], {
          cwd: place.path,
        });
        equal(code, plain.code);
        equal(stdout, "");
        equal(stderr.includes(new TextDecoder().decode(plain.stderr)), true, stderr);
        match(lastLine(stderr)!, /^note: no report, since the program ended with status 1 before/);
        const quiet = await runCommand(["profile", "-q", ...args, script], { cwd: place.path });
        equal(quiet.stderr.endsWith(new TextDecoder().decode(plain.stderr)), true, quiet.stderr);
      }
    },
  );
}

testNeeding(
  obstacle,
  "profile() reports a program that fails after it has run, with its status",
  async () => {
    await using place = new Workplace();
    place.write("fails.ts", `${WORK} console.error(work()); Deno.exit(3);`);
    const { code, stdout } = await runCommand(["profile", "fails.ts"], { cwd: place.path });
    equal(code, 3);
    match(stdout, /js::work:/);
  },
);
