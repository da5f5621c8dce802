/*
 * The aarch64 library in real aarch64 runtimes, under user-mode emulation. The runtimes come from
 * the npm registry; 2.9.5 is the newest Deno that it has for aarch64.
 */
import { deepEqual, equal } from "node:assert/strict";
import { fileURLToPath } from "node:url";

import { checkJitdump } from "../support/jitdump_checks.ts";
import { readJitdump } from "../support/jitdump_reader.ts";
import { obstacleOfCommand, testNeeding } from "../support/needing.ts";
import { REPOSITORY, runCommand, runtimeProgram } from "../support/other_runtime.ts";

const RUNTIME = "@deno/linux-arm64-glibc@2.9.5";
const SYSROOT = "/usr/aarch64-linux-gnu";

const obstacle = obstacleOfCommand("qemu-aarch64-static", "--version") ??
  obstacleOfCommand("npm", "--version") ??
  obstacleOfCommand("test", "-e", `${SYSROOT}/lib/libgcc_s.so.1`);

const configuration = fileURLToPath(new URL("../../deno.json", import.meta.url));

const DUMPING = `
import { activateStackTrampoline, trampoline } from "@x/perf";
activateStackTrampoline("perf_jit");
trampoline("foo", "a.ts", 7).run(() => console.log(Deno.pid));
`;

async function run(command: string, args: string[], cwd: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, cwd }).output();
  const text = new TextDecoder();
  equal(success, true, `${command} failed: ${text.decode(stderr)}`);
  return text.decode(stdout);
}

testNeeding(obstacle, "xp_call() keeps the frame-pointer chain whole on aarch64", async () => {
  const directory = await Deno.makeTempDir({ prefix: "xperf-aarch64-" });
  try {
    await run("npm", ["pack", "--silent", RUNTIME], directory);
    await run("sh", ["-c", "tar xzf *.tgz"], directory);
    const program = fileURLToPath(new URL("walked_chain.ts", import.meta.url));
    const deno = `${directory}/package/deno`;
    const output = await run(
      "qemu-aarch64-static",
      ["-L", SYSROOT, deno, "run", "--no-lock", "--no-check", "-A", program],
      directory,
    );
    const { arch, pid, cold, hot } = JSON.parse(output);
    await Deno.remove(`/tmp/perf-${pid}.map`);
    equal(arch, "aarch64");
    const names = ["foo", "bar", "baz"];
    const named = (symbols: string[]) => symbols.map((symbol) => symbol.split(":")[2]);
    deepEqual(named(cold), names);
    deepEqual(named(hot), names);

    await Deno.writeTextFile(`${directory}/dump.ts`, DUMPING);
    const pidOfDump = Number(
      await run(
        "qemu-aarch64-static",
        ["-L", SYSROOT, deno, "run", "--no-lock", "--no-check", "-A", `--config=${configuration}`]
          .concat("dump.ts"),
        directory,
      ),
    );
    const dump = await Deno.readFile(`/tmp/jit-${pidOfDump}.dump`);
    await Deno.remove(`/tmp/jit-${pidOfDump}.dump`);
    equal(readJitdump(dump).header.machine, 183);
    const loads = checkJitdump(dump, pidOfDump).map(({ name }) => name);
    deepEqual(loads.filter((name) => name.startsWith("js::")), ["js::foo:a.ts:7"]);
    equal(loads.includes("[deno]"), true);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

for (const runtime of ["node24", "node26"] as const) {
  testNeeding(
    obstacle,
    `openByNodeApi() provides all functions, with whole calls and stacks, in ${runtime} on aarch64`,
    async () => {
      const node = [
        "qemu-aarch64-static",
        "-L",
        SYSROOT,
        runtimeProgram(runtime, "aarch64"),
      ];
      const program = `${REPOSITORY}tests/support/napi_program.ts`;
      const ended = await runCommand([...node, program], { cwd: REPOSITORY });
      deepEqual({ ...ended, stderr: "" }, { code: 0, stdout: "ok\n", stderr: "" }, ended.stderr);
    },
  );
}
