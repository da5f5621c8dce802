/*
 * Obstacles for a jitdump. With each of them the program runs as without @x/perf and warns once why
 * trampolines are off. Planted files stay unchanged.
 */
import { deepEqual, equal, match } from "node:assert/strict";

import { libraryBeside, namespaces, overTmp } from "../../support/file_system.ts";
import { checkJitdump } from "../../support/jitdump_checks.ts";
import { testNeeding } from "../../support/needing.ts";
import { type Program, type ProgramOptions, runProgram } from "../../support/program.ts";

const PROGRAM = `
import { isStackTrampolineActive, withPerf } from "@x/perf";
const foo = withPerf(function foo() { return 42; });
console.log(foo(), foo(), isStackTrampolineActive());
Deno.exitCode = 7;
`;

/**
 * Runs the program after something was planted, and checks that it is inactive with one warning.
 */
async function runRefused(
  options: ProgramOptions,
  problem: RegExp,
  source = PROGRAM,
): Promise<Program> {
  const program = await runProgram(source, { env: { JS_PERF_JIT_SUPPORT: "1" }, ...options });
  equal(program.stdout, "42 42 false\n");
  equal(program.code, 7);
  match(program.stderr, problem);
  match(
    program.stderr,
    /^@x\/perf: Cannot write "\/tmp\/jit-\d+\.dump": .*; trampolines are off \(see: .*\)\n$/,
  );
  return program;
}

Deno.test("JitdumpBackend writes only the dump, which only its user can read", async () => {
  await using program = await runProgram(PROGRAM, { env: { JS_PERF_JIT_SUPPORT: "1" } });
  equal(program.stderr, "");
  equal(program.stdout, "42 42 true\n");
  equal((await Deno.stat(program.dumpPath)).mode! & 0o777, 0o600);
  equal(await program.map(), undefined);
  const names = checkJitdump(await Deno.readFile(program.dumpPath), program.pid)
    .map(({ name }) => name.replace(program.file, "program.ts"));
  deepEqual([...new Set(names)].sort(), [
    "[deno]",
    "[generated code]",
    "[stack]",
    "js::foo:program.ts:2",
  ]);
});

Deno.test("JitdumpBackend leaves truncated and foreign files alone", async () => {
  for (
    const content of [
      "precious",
      String.raw`DTiJ\001\000\000`, // half a header
      String.raw`DTiJ\001\000\000\000\050\000\000\000`.padEnd(400, "x"),
    ]
  ) {
    await using program = await runRefused(
      { before: `printf '${content}' > "$DUMP"; cp "$DUMP" planted` },
      /it is not empty and not this program's dump/,
    );
    deepEqual(
      await Deno.readFile(program.dumpPath),
      await Deno.readFile(`${program.directory}/planted`),
    );
  }
});

Deno.test("JitdumpBackend replaces the dump of an earlier process with the same pid", async () => {
  await using program = await runProgram(PROGRAM, {
    before: 'printf "half a dump" > "$DUMP"; touch -d "2001-01-01" "$DUMP"',
    env: { JS_PERF_JIT_SUPPORT: "1" },
  });
  equal(program.stderr, "");
  equal(program.stdout, "42 42 true\n");
  checkJitdump(await Deno.readFile(program.dumpPath), program.pid);
});

Deno.test("JitdumpBackend follows no symbolic link, and leaves directories and FIFOs alone", async () => {
  for (
    const [plant, problem] of [
      ['echo precious > victim; ln -s "$PWD/victim" "$DUMP"', /it is a symbolic link/],
      ['mkdir "$DUMP"', /it is a directory/],
      ['mkfifo "$DUMP"', /it is not a regular file/],
      ['echo precious > victim; ln victim "$DUMP"', /it is a file with a second name/],
    ] as const
  ) {
    await using program = await runRefused({ before: plant }, problem);
    const victim = await Deno.readTextFile(`${program.directory}/victim`).catch(() => "precious\n");
    equal(victim, "precious\n");
  }
});

testNeeding(
  Deno.uid() === 0 ? undefined : "only root can give a file away",
  "JitdumpBackend leaves another user's file alone",
  async () => {
    const NOBODY = 65534;
    await using program = await runRefused(
      { before: `echo theirs > "$DUMP"; chmod 666 "$DUMP"; chown ${NOBODY} "$DUMP"` },
      // With fs.protected_regular the kernel refuses first.
      /it is another user's file|EACCES/,
    );
    equal(await Deno.readTextFile(program.dumpPath), "theirs\n");
    equal((await Deno.lstat(program.dumpPath)).uid, NOBODY);
  },
);

Deno.test("JitdumpBackend makes no file without the permission to read the memory maps", async () => {
  const source = `
import { activateStackTrampoline, isStackTrampolineActive } from "@x/perf";
try {
  activateStackTrampoline("perf_jit");
} catch (error) {
  console.log(error.name);
}
console.log(isStackTrampolineActive());
`;
  await using program = await runProgram(source, {
    flags: ["--no-check", "--no-prompt", "--allow-ffi", "--allow-write=/tmp", "--allow-read"],
  });
  equal(program.stdout, "NotCapable\nfalse\n");
  equal(await Deno.stat(program.dumpPath).catch(() => "none"), "none");
});

testNeeding(namespaces, "JitdumpBackend gives a hint where /tmp is mounted noexec", async () => {
  await using program = await runRefused(
    { under: ["unshare", "--mount"], before: libraryBeside() + overTmp("noexec") },
    /\/tmp is mounted noexec.*sudo mount -o remount,exec \/tmp/,
    `${PROGRAM}\nif ([...Deno.readDirSync("/tmp")].some(({ name }) => name.startsWith("jit-"))) console.log("a file is left");`,
  );
  void program;
});

testNeeding(
  namespaces,
  "JitdumpBackend goes off on a full disk, and leaves whole records",
  async () => {
    await using program = await runRefused(
      {
        under: ["unshare", "--mount"],
        before: libraryBeside() + overTmp("size=256k"),
        flags: ["--allow-all", "--no-check"],
      },
      /the disk is full.*df \/tmp/,
      `
import { isStackTrampolineActive, trampoline, withPerf } from "@x/perf";
for (let i = 0; i < 1000; i++) {
  trampoline("label" + i, "a.ts", 1).run(() => {});
}
const foo = withPerf(function foo() { return 42; });
console.log(foo(), foo(), isStackTrampolineActive());
Deno.copyFileSync(\`/tmp/jit-\${Deno.pid}.dump\`, "copy");
Deno.exitCode = 7;
`,
    );
    const loads = checkJitdump(await Deno.readFile(`${program.directory}/copy`), program.pid);
    const labels = loads.filter(({ name }) => name.startsWith("js::label"));
    equal(labels.length > 0 && labels.length < 1000, true, `${labels.length} labels`);
  },
);

testNeeding(
  namespaces,
  "JitdumpBackend leaves no file if the disk is full from the start",
  async () => {
    await using _ = await runRefused(
      {
        under: ["unshare", "--mount"],
        before: libraryBeside() + overTmp("size=64k") +
          "head -c 100000 /dev/zero > /tmp/full 2>/dev/null\n",
      },
      /the disk is full.*df \/tmp/,
      `${PROGRAM}\nif ([...Deno.readDirSync("/tmp")].some(({ name }) => name.startsWith("jit-"))) console.log("a file is left");`,
    );
  },
);
