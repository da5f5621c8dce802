import { doesNotMatch, equal, match, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";

import { innerNumber } from "../../../lib/command/logs/namespace_maps.ts";
import { obstacleOfCommand, testNeeding } from "../../support/needing.ts";
import { obstacleOfPerf } from "../../support/perf.ts";
import { endOf, startCommand } from "../../support/command_process.ts";

Deno.test("innerNumber() reads the number of the innermost namespace", () => {
  equal(innerNumber("Name:\tdeno\nNSpid:\t4321\t17\t1\nNSpgid:\t4321\t17\t1\n"), 1);
  equal(innerNumber("Name:\tdeno\nNSpid:\t4321\nNSpgid:\t4321\n"), undefined);
  equal(innerNumber("Name:\tNSpid: 1 2\n"), undefined);
  equal(innerNumber(""), undefined);
});

const preload = fileURLToPath(new URL("../../../lib/preload.ts", import.meta.url));

/** Starts itself in a pid namespace of its own, where it works for a while. */
const PROGRAM = `
if (Deno.args[0] !== "inside") {
  const { code } = await new Deno.Command("unshare", {
    args: ["--pid", "--fork", Deno.execPath(), "run", "-A", "--preload=${preload}", import.meta.filename!, "inside"],
  }).spawn().status;
  Deno.exit(code);
}
console.log("number", Deno.pid);
function burn(): number {
  let sum = 0;
  for (let i = 0; i < 1e6; i++) sum += Math.sqrt(i);
  return sum;
}
const end = performance.now() + 1500;
while (performance.now() < end) burn();
`;

testNeeding(
  obstacleOfPerf() ?? obstacleOfCommand("unshare", "--pid", "--fork", "true"),
  "profile names the functions of a program in a pid namespace of its own",
  async () => {
    const directory = await Deno.makeTempDir({ prefix: "xperf-namespace-" });
    try {
      await Deno.writeTextFile(`${directory}/program.ts`, PROGRAM);
      const args = ["profile", "--sampler", "perf", "-F", "999", "program.ts"];
      const { code, stdout, stderr } = await endOf(startCommand(args, { cwd: directory }));
      equal(code, 0, stderr);
      const inner = /^number (\d+)$/m.exec(stdout)?.[1];
      ok(inner !== undefined && Number(inner) < 100, stdout);
      match(stdout, /js::burn:/);

      // Without profile's copy perf looks for a map that does not exist.
      const perf = await new Deno.Command("sh", {
        args: [
          "-c",
          `perf record -F 999 -g -o plain.data -- "$@" > /dev/null 2>&1 && perf script -F ip,sym -i plain.data`,
          "sh",
          ...[Deno.execPath(), "run", "-A", "program.ts"],
        ],
        env: { JS_PERF_SUPPORT: "1" },
        cwd: directory,
      }).output();
      const script = new TextDecoder().decode(perf.stdout);
      match(script, /__libc_start_call_main/);
      doesNotMatch(script, /js::/);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
);
