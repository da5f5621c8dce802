import { equal, ok } from "node:assert/strict";
import { createHash } from "node:crypto";

import checksums from "../ffi/prebuilt/checksums.json" with { type: "json" };
import { ABI_VERSION } from "../ffi/symbols.ts";
import { loadNativeLibrary, prebuiltName } from "../lib/native_library.ts";
import { currentPlatform } from "../lib/runtime.ts";
import { runProgram } from "./support/program.ts";

const repository = new URL("..", import.meta.url);

Deno.test("loadNativeLibrary() opens the library for this platform, once", () => {
  equal(loadNativeLibrary().xp_abi_version(), ABI_VERSION);
  equal(loadNativeLibrary(), loadNativeLibrary());
});

Deno.test("prebuiltName() names a committed file with its checksum and under 64 KiB", async () => {
  for (const arch of ["x86_64", "aarch64"]) {
    const name = prebuiltName({ ...currentPlatform(), arch });
    const bytes = await Deno.readFile(new URL(`ffi/prebuilt/${name}`, repository));
    const sum = createHash("sha256").update(bytes).digest("hex");
    equal(sum, (checksums as Record<string, string>)[name]);
    ok(bytes.length < 65536);
  }
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
