import { equal, match } from "node:assert/strict";

import { runCommand, Workplace } from "../../support/command_process.ts";
import { HOT } from "../../support/hot_program.ts";
import { testNeeding } from "../../support/needing.ts";
import { obstacleOfPerf } from "../../support/perf.ts";
import { obstacleOfTerminal, TERMINAL } from "../../support/terminal.ts";

testNeeding(
  obstacleOfPerf(),
  "profile() --format text names the hot function and line first",
  async () => {
    await using place = new Workplace();
    const script = place.write("hot.ts", HOT);
    const { code, stdout, stderr } = await runCommand(
      ["profile", "--format", "text", "-F", "1999", script, "700"],
      { cwd: place.path },
    );
    equal(code, 0, stderr);
    const lines = stdout.split("\n");
    const start = lines.findIndex((line) => line.startsWith("hot.ts 700 (perf "));
    const screen = lines.slice(start, start + 24).join("\n");
    match(screen, /\nSelf time of functions.*\n +\d+ ms +[\d.]+ % +total .* foo +hot\.ts:4\n/);
    match(screen, /\nHottest lines\n.* hot\.ts:5 +for \(let i = 0; .*\(sum \* 31 \+ i\) \| 0;\n/);
    match(stdout, /\n.*<module> +hot\.ts\n.* baz +hot\.ts:9\n.* bar +hot\.ts:8\n.* foo +hot\.ts:4/);
    equal(stdout.includes("\x1b"), false);
  },
);

testNeeding(
  obstacleOfPerf() ?? obstacleOfTerminal,
  "report() has colours on a terminal, and none with NO_COLOR",
  async () => {
    await using place = new Workplace();
    const script = place.write("hot.ts", HOT);
    await runCommand(["profile", "-q", "-F", "999", script, "300"], { cwd: place.path });
    const args = ["report", "--format", "text"];
    const options = { cwd: place.path, under: TERMINAL };
    const on = await runCommand(args, { ...options, env: { NO_COLOR: "", TERM: "xterm" } });
    equal(on.stdout.includes("\x1b[1mHottest lines\x1b[22m"), true, on.stdout);
    const off = await runCommand(args, { ...options, env: { TERM: "xterm" } });
    equal(off.stdout.includes("\x1b[1m"), false, off.stdout);
    match(off.stdout, /Hottest lines/);
  },
);
