import { equal, match, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";

import { ABI_VERSION } from "../../ffi/symbols.ts";
import { prebuiltName } from "../../lib/native/library_file.ts";
import { loadNativeLibrary } from "../../lib/native/native_library.ts";
import { currentPlatform } from "../../lib/runtime/runtime.ts";
import { SOURCES } from "../../scripts/build/ffi.ts";
import { obstacleOfCommand, testNeeding } from "../support/needing.ts";
import { obstacleOfRuntime, runCommand, runtimeProgram } from "../support/other_runtime.ts";
import { runProgram } from "../support/program.ts";

const repository = new URL("../..", import.meta.url);

Deno.test("loadNativeLibrary() opens the library for this platform, once", () => {
  equal(loadNativeLibrary().xp_abi_version(), ABI_VERSION);
  equal(loadNativeLibrary(), loadNativeLibrary());
});

/** Copies the package to where it can be altered, alters it, and activates it from there. */
async function activateAltered(alter: string) {
  return await runProgram(
    `
const { activateStackTrampoline, isStackTrampolineActive, withPerf } =
  await import(new URL("./copy/mod.ts", import.meta.url).href);
const foo = withPerf(function foo() { return 42; });
try {
  activateStackTrampoline();
} catch (error) {
  console.log(error.name, error.code, error.hint);
  console.log(error.message);
}
console.log(isStackTrampolineActive(), foo());
`,
    {
      before: `
mkdir -p copy/ffi/prebuilt
cp -r "$REPOSITORY/mod.ts" "$REPOSITORY/lib" copy/
cp "$REPOSITORY/ffi/symbols.ts" copy/ffi/
cp "$REPOSITORY"/ffi/prebuilt/* copy/ffi/prebuilt/
LIBRARY=copy/ffi/prebuilt/${prebuiltName(currentPlatform())}
${alter}`,
      env: { REPOSITORY: decodeURIComponent(repository.pathname) },
    },
  );
}

Deno.test("loadNativeLibrary() refuses an altered library before it is opened", async () => {
  // Not even an ELF file any more: dlopen would fail with another error.
  await using program = await activateAltered(
    'printf x | dd of="$LIBRARY" conv=notrunc status=none',
  );
  const [kind, message, after] = program.stdout.split("\n");
  equal(kind, "PerfError library deno task build:ffi");
  ok(
    /^Cannot use ".*": its SHA-256 is [0-9a-f]{64}, must be [0-9a-f]{64}$/.test(message!),
    message,
  );
  equal(after, "false 42");
  equal(program.code, 0);
});

Deno.test("loadNativeLibrary() says which library is missing", async () => {
  await using program = await activateAltered('rm "$LIBRARY"');
  ok(program.stdout.includes(prebuiltName(currentPlatform())), program.stdout);
  ok(program.stdout.startsWith("PerfError library"), program.stdout);
  ok(program.stdout.endsWith("false 42\n"), program.stdout);
});

Deno.test("loadNativeLibrary() refuses a library of another ABI", async () => {
  await using program = await activateAltered(
    `sed -i 's/ABI_VERSION = ${ABI_VERSION}/ABI_VERSION = 999/' copy/ffi/symbols.ts`,
  );
  ok(program.stdout.includes(`its ABI version is ${ABI_VERSION}, must be 999`), program.stdout);
});

/**
 * Turns trampolines on, with the user's library if one is named, and prints the result.
 */
const ACTIVATE = `
import { activateStackTrampoline, isStackTrampolineActive, support, withPerf } from "@x/perf";
const foo = withPerf(function foo() { return 42; });
const { trampolines, engines } = support();
try {
  activateStackTrampoline();
} catch (error) {
  console.log(error.name, error.code, error.message);
}
console.log(isStackTrampolineActive(), foo(), trampolines.available, engines.native.available);
`;

testNeeding(
  obstacleOfCommand("gcc", "--version"),
  "JS_PERF_LIBRARY names a user's library, whose ABI is checked, but no checksum",
  async () => {
    const directory = await Deno.makeTempDir({ prefix: "xperf-own-" });
    const build = async (name: string, version: number) => {
      const cwd = `${directory}/${version}`;
      await copy(new URL("ffi", repository), cwd);
      const header = await Deno.readTextFile(`${cwd}/xperf.h`);
      const define = `#define XP_ABI_VERSION ${version}u`;
      await Deno.writeTextFile(`${cwd}/xperf.h`, header.replace(/#define XP_ABI.*/, define));
      const library = `${directory}/${name}`;
      const args = ["-shared", "-fPIC", "-O1", "-fno-omit-frame-pointer", "-o", library];
      const { success, stderr } = await new Deno.Command("gcc", {
        args: [...args, ...SOURCES, `entry_${Deno.build.arch}.S`],
        cwd,
      }).output();
      ok(success, new TextDecoder().decode(stderr));
      return library;
    };
    try {
      for (
        const [library, expected] of [
          [await build("own.so", ABI_VERSION), /^true 42 true true\n$/],
          [
            await build("other.so", 999),
            RegExp(
              `^PerfError library Cannot use ".*other.so": its ABI version is 999, must be ${ABI_VERSION}\nfalse 42 true false\n$`,
            ),
          ],
          [
            `${directory}/missing.so`,
            /^PerfError unavailable perf trampoline not available on linux \w+: ".*missing.so" cannot be opened: .*\nfalse 42 true false\n$/,
          ],
        ] as const
      ) {
        await using program = await runProgram(ACTIVATE, { env: { JS_PERF_LIBRARY: library } });
        match(program.stdout, expected, program.stderr);
        equal(program.code, 0);
      }
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
);

testNeeding(
  obstacleOfCommand("gcc", "--version"),
  "loadNativeLibrary() repeats the loader's error, as with another C library",
  async () => {
    // glibc's loader refuses a missing function as musl's loader refuses glibc's functions.
    const directory = await Deno.makeTempDir({ prefix: "xperf-musl-" });
    try {
      const source = `${directory}/a.c`;
      await Deno.writeTextFile(
        source,
        "extern int of_another_libc(void); int xp_abi_version(void) { return of_another_libc(); }",
      );
      const library = `${directory}/a.so`;
      const args = ["-shared", "-fPIC", "-Wl,-z,now", "-o", library, source];
      ok((await new Deno.Command("gcc", { args }).output()).success);
      await using program = await runProgram(ACTIVATE, { env: { JS_PERF_LIBRARY: library } });
      match(
        program.stdout,
        /^PerfError unavailable perf trampoline not available on linux \w+: ".*a.so" cannot be opened: .*of_another_libc.*\nfalse 42 true false\n$/s,
      );
      equal(program.code, 0);
      await using warned = await runProgram(
        "import { withPerf } from '@x/perf'; console.log(withPerf(() => 42)());",
        { env: { JS_PERF_LIBRARY: library, JS_PERF_SUPPORT: "1" } },
      );
      equal(warned.stdout, "42\n");
      match(
        warned.stderr,
        /^@x\/perf: perf trampoline not available on linux .*; trampolines are off\n$/,
      );
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
);

Deno.test("without trampolines on the platform, importing, withPerf() and support() work", async () => {
  for (
    const [property, value, name] of [
      ["platform", "darwin", "darwin \\w+"],
      ["platform", "win32", "win32 \\w+"],
      ["arch", "riscv64", "linux riscv64"],
    ]
  ) {
    await using program = await runProgram(`
import process from "node:process";
Object.defineProperty(process, "${property}", { value: "${value}" });
const { activateStackTrampoline, isStackTrampolineActive, support, withPerf } =
  await import("@x/perf");
const foo = withPerf(function foo() { return 42; });
try {
  activateStackTrampoline();
} catch (error) {
  console.log(error.name, error.code, error.message);
}
const { trampolines, engines } = support();
console.log(isStackTrampolineActive(), foo(), trampolines.available, engines.native.available);
`);
    match(
      program.stdout,
      RegExp(
        `^PerfError unavailable perf trampoline not available on ${name}: must be .*\nfalse 42 false false\n$`,
      ),
      program.stderr,
    );
  }
});

testNeeding(
  obstacleOfRuntime("node24"),
  "a program compiled to one file finds the library beside it",
  async () => {
    // A copy of the runtime's program, as `deno compile` and Node's single executables are.
    const directory = await Deno.makeTempDir({ prefix: "xperf-beside-" });
    try {
      const program = `${directory}/program`;
      await Deno.copyFile(runtimeProgram("node24"), program);
      for (const path of ["mod.ts", "lib", "ffi/symbols.ts", "ffi/prebuilt/checksums.json"]) {
        await copy(new URL(path, repository), `${directory}/package/${path}`);
      }
      const source = `${directory}/a.ts`;
      await Deno.writeTextFile(source, ACTIVATE.replace('"@x/perf"', '"./package/mod.ts"'));
      const name = prebuiltName(currentPlatform());
      const { stdout: lacking } = await runCommand([program, source], { cwd: directory });
      match(lacking, RegExp(`^PerfError library Cannot read ".*/${name}"`));
      await Deno.copyFile(new URL(`ffi/prebuilt/${name}`, repository), `${directory}/${name}`);
      const found = await runCommand([program, source], { cwd: directory });
      equal(found.stdout, "true 42 true true\n", found.stderr);
      await Deno.writeTextFile(`${directory}/${name}`, "x", { append: true });
      const { stdout: altered } = await runCommand([program, source], { cwd: directory });
      match(altered, RegExp(`^PerfError library Cannot use ".*/${name}": its SHA-256 is`));
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
);

async function copy(from: URL, to: string): Promise<void> {
  await Deno.mkdir(to.slice(0, to.lastIndexOf("/")), { recursive: true });
  const { success } = await new Deno.Command("cp", { args: ["-r", fileURLToPath(from), to] })
    .output();
  ok(success);
}
