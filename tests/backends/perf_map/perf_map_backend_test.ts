import { equal, match, ok } from "node:assert/strict";

import { libraryBeside, namespaces, overTmp } from "../../support/file_system.ts";
import { testNeeding } from "../../support/needing.ts";
import { readPerfMap } from "../../support/perf_map_reader.ts";
import { runProgram } from "../../support/program.ts";

const FULL = {
  under: ["unshare", "--mount"],
  before: libraryBeside() + overTmp("size=64k"),
  flags: ["--allow-all", "--no-check"],
};

Deno.test("PerfMapBackend makes a file that only its user can read", async () => {
  await using program = await runProgram(
    `
import { withPerf } from "@x/perf";
withPerf(function foo() {})();
`,
    { env: { JS_PERF_SUPPORT: "1" }, before: "umask 0" },
  );
  equal((await Deno.stat(program.mapPath)).mode! & 0o7777, 0o600);
});

testNeeding(
  namespaces,
  "PerfMapBackend goes off on a full disk, and leaves whole lines",
  async () => {
    // Names of three bytes more each time: the disk is full in the middle of one of them.
    await using program = await runProgram(
      `
import { isStackTrampolineActive, trampoline, withPerf } from "@x/perf";
const foo = withPerf(function foo() { return 42; });
for (let i = 0; i < 1000; i++) {
  trampoline("label".padEnd(3 * i, "."), "a.ts", 1).run(() => {});
}
console.log(foo(), foo(), isStackTrampolineActive());
Deno.copyFileSync(\`/tmp/perf-\${Deno.pid}.map\`, "copy");
Deno.exitCode = 7;
`,
      { ...FULL, env: { JS_PERF_SUPPORT: "1" } },
    );
    equal(program.stdout, "42 42 false\n");
    equal(program.code, 7);
    match(program.stderr, /^@x\/perf: Cannot write .*: the disk is full; .* are off .*\n$/);
    const map = readPerfMap(await Deno.readFile(`${program.directory}/copy`));
    ok(map.length > 50 && map.length < 1000, `${map.length} lines`);
  },
);

testNeeding(
  namespaces,
  "writePerfMapEntry() throws on a full disk, and leaves whole lines",
  async () => {
    await using program = await runProgram(
      `
import { writePerfMapEntry } from "@x/perf";
try {
  for (let i = 0; i < 1000; i++) writePerfMapEntry(i, 1, "entry".padEnd(3 * i, "."));
} catch (error) {
  console.log((error as Error).name);
}
Deno.copyFileSync(\`/tmp/perf-\${Deno.pid}.map\`, "copy");
`,
      FULL,
    );
    equal(program.stdout, "PerfError\n");
    const map = readPerfMap(await Deno.readFile(`${program.directory}/copy`));
    ok(map.length > 50 && map.length < 1000, `${map.length} lines`);
  },
);
