import { equal, match, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";

import { ABI_VERSION } from "../../ffi/symbols.ts";
import { libraryFile } from "../../lib/native/library_file.ts";
import { loadNativeLibrary } from "../../lib/native/native_library.ts";
import { currentPlatform } from "../../lib/runtime/runtime.ts";
import { SOURCES } from "../../scripts/build/ffi.ts";
import { namespaces, overTmp } from "../support/file_system.ts";
import { obstacleOfCommand, testNeeding } from "../support/needing.ts";
import { obstacleOfRuntime, runCommand, runtimeProgram } from "../support/other_runtime.ts";
import { runProgram } from "../support/program.ts";

const repository = new URL("../..", import.meta.url);

Deno.test("loadNativeLibrary() opens the library for this platform, once", () => {
  equal(loadNativeLibrary().xp_abi_version(), ABI_VERSION);
  equal(loadNativeLibrary(), loadNativeLibrary());
});

Deno.test("loadNativeLibrary() refuses a library of another ABI", async () => {
  await using program = await runProgram(
    `
const { activateStackTrampoline, isStackTrampolineActive } =
  await import(new URL("./copy/mod.ts", import.meta.url).href);
try {
  activateStackTrampoline();
} catch (error) {
  console.log(error.name, error.code, error.hint);
  console.log(error.message);
}
console.log(isStackTrampolineActive());
`,
    {
      before: `
mkdir -p copy/ffi
cp -r "$REPOSITORY/mod.ts" "$REPOSITORY/lib" copy/
cp "$REPOSITORY"/ffi/*.ts copy/ffi/
sed -i 's/ABI_VERSION = ${ABI_VERSION}/ABI_VERSION = 999/' copy/ffi/symbols.ts`,
      env: { REPOSITORY: decodeURIComponent(repository.pathname) },
    },
  );
  const [kind, message, after] = program.stdout.split("\n");
  equal(kind, "PerfError library deno task build:ffi");
  match(message!, RegExp(`^Cannot use ".*": its ABI version is ${ABI_VERSION}, must be 999$`));
  equal(after, "false");
});

/**
 * Turns trampolines on, with the user's library if one is named, and prints the result.
 */
const ACTIVATE = `
import { activateStackTrampoline, isStackTrampolineActive, support, withPerf } from "@x/perf";
const foo = withPerf(function foo() { return 42; });
try {
  activateStackTrampoline();
} catch (error) {
  console.log(error.name, error.code, error.message);
}
const { trampolines, engines } = support();
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
              `^PerfError library Cannot use ".*other.so": its ABI version is 999, must be ${ABI_VERSION}\nfalse 42 true undefined\n$`,
            ),
          ],
          [
            `${directory}/missing.so`,
            /^PerfError unavailable perf trampoline not available on linux \w+: ".*missing.so" cannot be opened: .*\nfalse 42 true undefined\n$/,
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
        /^PerfError unavailable perf trampoline not available on linux \w+: ".*a.so" cannot be opened: .*of_another_libc.*\nfalse 42 true undefined\n$/s,
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

testNeeding(
  namespaces,
  "loadNativeLibrary() names the remedy where /tmp is mounted noexec, and the remedy helps",
  async () => {
    const source = `
import { activateStackTrampoline, isStackTrampolineActive } from "@x/perf";
try {
  activateStackTrampoline();
} catch (error) {
  console.log(error.code, error.message);
  console.log(error.hint);
}
console.log(isStackTrampolineActive());
`;
    const under = ["unshare", "--mount"];
    const before = overTmp("noexec");
    await using program = await runProgram(source, { under, before });
    const [message, hint, active] = program.stdout.split("\n");
    match(message!, /^unavailable .*"\/tmp\/libxperf-.*\.so" cannot be opened: .*failed to map/);
    match(hint!, /^cp \/tmp\/libxperf-\S+ ~\/libxperf.so; export JS_PERF_LIBRARY=~\/libxperf.so$/);
    equal(active, "false");
    const home = await Deno.makeTempDir({ dir: "/var/tmp", prefix: "xperf-home-" });
    try {
      await Deno.copyFile(libraryFile(currentPlatform()), `${home}/libxperf.so`);
      const env = { JS_PERF_LIBRARY: `${home}/libxperf.so` };
      await using mended = await runProgram(source, { under, before, env });
      equal(mended.stdout, "true\n", mended.stderr);
    } finally {
      await Deno.remove(home, { recursive: true });
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

for (const runtime of ["deno", "node24", "node26"] as const) {
  testNeeding(
    runtime === "deno" ? undefined : obstacleOfRuntime(runtime),
    `a program bundled into one file has the library in it in ${runtime}`,
    async () => {
      const directory = await Deno.makeTempDir({ prefix: "xperf-bundled-" });
      try {
        const source = ACTIVATE.replace("@x/perf", new URL("mod.ts", repository).href);
        await Deno.writeTextFile(`${directory}/a.ts`, source);
        const bundle = ["bundle", "--quiet", "--no-lock", "--output", "a.mjs", "a.ts"];
        const bundled = await runCommand([Deno.execPath(), ...bundle], { cwd: directory });
        equal(bundled.code, 0, bundled.stderr);
        const command = runtime === "deno"
          ? [Deno.execPath(), "run", "--allow-all"]
          : [runtimeProgram(runtime)];
        const { stdout, stderr } = await runCommand([...command, "a.mjs"], { cwd: directory });
        equal(stdout, "true 42 true true\n", stderr);
      } finally {
        await Deno.remove(directory, { recursive: true });
      }
    },
  );
}

async function copy(from: URL, to: string): Promise<void> {
  await Deno.mkdir(to.slice(0, to.lastIndexOf("/")), { recursive: true });
  const { success } = await new Deno.Command("cp", { args: ["-r", fileURLToPath(from), to] })
    .output();
  ok(success);
}
