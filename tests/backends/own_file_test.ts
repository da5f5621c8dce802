/*
 * Obstacles at the path of the perf map. With each of them the program runs as without @x/perf and
 * warns once why trampolines are off. Planted files stay unchanged.
 */
import { equal, match, ok } from "node:assert/strict";

import { testNeeding } from "../support/needing.ts";
import { type Program, runProgram } from "../support/program.ts";

const NOBODY = 65534;

const PROGRAM = `
import { isStackTrampolineActive, withPerf } from "@x/perf";
const foo = withPerf(function foo() { return 42; });
console.log(foo(), foo(), isStackTrampolineActive());
Deno.exitCode = 7;
`;

/** Runs the program with trampolines asked for by the environment. */
async function runAfter(before: string): Promise<Program> {
  return await runProgram(PROGRAM, { before, env: { JS_PERF_SUPPORT: "1" } });
}

/**
 * Runs the program after something was planted, and checks that it is inactive with one warning.
 */
async function runRefused(plant: string, problem: RegExp): Promise<Program> {
  const program = await runAfter(plant);
  equal(program.stdout, "42 42 false\n");
  equal(program.code, 7);
  match(program.stderr, problem);
  match(
    program.stderr,
    /^@x\/perf: Cannot write "\/tmp\/perf-\d+\.map": .*trampolines are off.*\n$/,
  );
  return program;
}

Deno.test("openOwnFile() follows no symbolic link", async () => {
  for (const target of ['"$PWD/victim"', '"$PWD/absent"', "/dev/null", '"$MAP"']) {
    await using program = await runRefused(
      `echo precious > victim; ln -s ${target} "$MAP"`,
      /it is a symbolic link/,
    );
    equal(await Deno.readTextFile(`${program.directory}/victim`), "precious\n");
    ok((await Deno.lstat(program.mapPath)).isSymlink);
  }
});

Deno.test("openOwnFile() makes no file through a symbolic link", async () => {
  await using program = await runRefused('ln -s "$PWD/absent" "$MAP"', /it is a symbolic link/);
  await Deno.lstat(`${program.directory}/absent`).then(
    () => ok(false, "the target exists"),
    (error) => ok(error instanceof Deno.errors.NotFound),
  );
});

Deno.test("openOwnFile() leaves a directory alone", async () => {
  await using program = await runRefused('mkdir "$MAP"; echo a > "$MAP/a"', /it is a directory/);
  equal(await Deno.readTextFile(`${program.mapPath}/a`), "a\n");
});

Deno.test("openOwnFile() does not wait for a FIFO's reader", async () => {
  await using program = await runRefused('mkfifo "$MAP"', /it is a FIFO/);
  ok((await Deno.lstat(program.mapPath)).isFifo);
});

Deno.test("openOwnFile() writes nothing into a FIFO that has a reader", async () => {
  await using program = await runRefused(
    'mkfifo "$MAP"; timeout 60 cat "$MAP" > read & exec 3> "$MAP"',
    /it is not a regular file/,
  );
  ok((await Deno.lstat(program.mapPath)).isFifo);
  equal(await Deno.readTextFile(`${program.directory}/read`), "");
});

Deno.test("openOwnFile() leaves a file with a second name alone", async () => {
  await using program = await runRefused(
    'echo precious > victim; ln victim "$MAP"',
    /it is a file with a second name/,
  );
  equal(await Deno.readTextFile(`${program.directory}/victim`), "precious\n");
});

testNeeding(
  Deno.uid() === 0 ? undefined : "only root can give a file away",
  "openOwnFile() leaves another user's file alone",
  async () => {
    await using program = await runRefused(
      `echo theirs > "$MAP"; chmod 666 "$MAP"; chown ${NOBODY} "$MAP"`,
      // With fs.protected_regular the kernel refuses first.
      /it is another user's file|EACCES/,
    );
    equal(await Deno.readTextFile(program.mapPath), "theirs\n");
    equal((await Deno.lstat(program.mapPath)).uid, NOBODY);
  },
);

Deno.test("openOwnFile() reports a file without permission to write", async () => {
  await using program = await runProgram(PROGRAM, {
    before: 'echo a > "$MAP"; chmod 400 "$MAP"',
    // Root without capabilities has to obey file modes.
    under: Deno.uid() === 0 ? ["setpriv", "--bounding-set=-all"] : [],
    env: { JS_PERF_SUPPORT: "1" },
  });
  equal(program.stdout, "42 42 false\n");
  equal(program.code, 7);
  match(program.stderr, /^@x\/perf: Cannot write "\/tmp\/perf-\d+\.map": EACCES.*are off.*\n$/);
  equal(await Deno.readTextFile(program.mapPath), "a\n");
});

Deno.test("openOwnFile() replaces the file of an earlier process with the same pid", async () => {
  await using program = await runAfter(
    'printf "1000 20 stale\\n" > "$MAP"; touch -d "2001-01-01" "$MAP"',
  );
  equal(program.stdout, "42 42 true\n");
  equal(program.stderr, "");
  equal((await program.symbols()).join(), "js::foo:program.ts:2");
});

Deno.test("openOwnFile() replaces that file without the permission to read /proc, too", async () => {
  await using program = await runProgram(PROGRAM, {
    before: 'printf "1000 20 stale\\n" > "$MAP"; touch -d "1 minute ago" "$MAP"',
    env: { JS_PERF_SUPPORT: "1" },
    flags: [
      ...["--no-prompt", "--allow-ffi", "--allow-env=JS_PERF_SUPPORT", "--allow-write=/tmp"],
      "--allow-read=/tmp",
    ],
  });
  equal(program.stderr, "");
  equal(program.stdout, "42 42 true\n");
  equal((await program.symbols()).join(), "js::foo:program.ts:2");
});

Deno.test("openOwnFile() appends to this process's file, also to one from before its exec", async () => {
  await using program = await runAfter('printf "1000 20 mine\\n" > "$MAP"; chmod 600 "$MAP"');
  equal(program.stdout, "42 42 true\n");
  equal((await program.symbols()).join(), "mine,js::foo:program.ts:2");
});

Deno.test("activateStackTrampoline() throws one clear error that names its remedy", async () => {
  await using program = await runProgram(
    `
import { activateStackTrampoline, isStackTrampolineActive, PerfError } from "@x/perf";
for (let i = 0; i < 3; i++) {
  try {
    activateStackTrampoline();
  } catch (error) {
    console.log(error instanceof PerfError, error.code, error.hint, isStackTrampolineActive());
    console.log(error.message);
  }
}
`,
    { before: 'mkdir "$MAP"' },
  );
  const { mapPath } = program;
  equal(
    program.stdout,
    (`true file ls -l ${mapPath} false\n` +
      `Cannot write "${mapPath}": it is a directory, ` +
      "must be a regular file of this user or nothing\n").repeat(3),
  );
});

Deno.test("activateStackTrampoline() works once the obstacle is gone, however often it failed", async () => {
  await using program = await runProgram(
    `
import { activateStackTrampoline, isStackTrampolineActive, withPerf } from "@x/perf";
const map = \`/tmp/perf-\${Deno.pid}.map\`;
const messages = new Set<string>();
for (let i = 0; i < 5_000; i++) {
  try {
    activateStackTrampoline();
  } catch (error) {
    messages.add((error as Error).message);
  }
}
console.log(messages.size);
Deno.removeSync(map);
activateStackTrampoline();
withPerf(function foo() {})();
console.log(isStackTrampolineActive());
`,
    { before: 'mkdir "$MAP"' },
  );
  equal(program.stderr, "");
  equal(program.stdout, "1\ntrue\n");
  equal((await program.symbols()).join(), "js::foo:program.ts:14");
});
