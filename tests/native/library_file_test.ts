import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";

import checksums from "../../ffi/prebuilt/checksums.json" with { type: "json" };
import {
  libraryFile,
  libraryFilePermissions,
  prebuiltName,
} from "../../lib/native/library_file.ts";
import { currentPlatform } from "../../lib/runtime/runtime.ts";
import { Workplace } from "../support/command_process.ts";

const platform = currentPlatform();
const name = prebuiltName(platform);
const repository = fileURLToPath(new URL("../..", import.meta.url));
const library = `${repository}ffi/prebuilt/${name}`;

/** A copy of the modules that find the library, with another library. */
async function copyWith(place: Workplace, bytes: Uint8Array | undefined) {
  for (const folder of ["base", "native", "runtime"]) {
    for await (const { name } of Deno.readDir(`${repository}lib/${folder}`)) {
      place.write(
        `lib/${folder}/${name}`,
        await Deno.readTextFile(`${repository}lib/${folder}/${name}`),
      );
    }
  }
  const checksums = `ffi/prebuilt/checksums.json`;
  place.write(checksums, await Deno.readTextFile(repository + checksums));
  if (bytes !== undefined) await Deno.writeFile(`${place.path}/ffi/prebuilt/${name}`, bytes);
  const module = await import(`file://${place.path}/lib/native/library_file.ts`);
  return { find: () => module.libraryFile(platform), path: `${place.path}/ffi/prebuilt/${name}` };
}

Deno.test("prebuiltName() names a committed file with its checksum and under 64 KiB", async () => {
  for (const arch of ["x86_64", "aarch64"]) {
    const name = prebuiltName({ ...platform, arch });
    equal(name, `libxperf-${arch}.so`);
    const bytes = await Deno.readFile(`${repository}ffi/prebuilt/${name}`);
    const sum = createHash("sha256").update(bytes).digest("hex");
    equal(sum, (checksums as Record<string, { sha256: string }>)[name]!.sha256);
    ok(bytes.length < 65536);
  }
});

Deno.test("libraryFile() is the prebuilt library beside this package", () => {
  equal(libraryFile(platform), library);
});

Deno.test("libraryFilePermissions() of a package in files is to read the library", () => {
  deepEqual(libraryFilePermissions(platform), [{ name: "read", path: library }]);
});

Deno.test("libraryFile() refuses a library with one other byte", async () => {
  await using place = new Workplace();
  const bytes = await Deno.readFile(library);
  const { find, path } = await copyWith(place, bytes);
  equal(find(), path);
  bytes[bytes.length - 1]! ^= 1;
  await Deno.writeFile(path, bytes);
  const actual = createHash("sha256").update(bytes).digest("hex");
  throws(find, {
    name: "PerfError",
    code: "library",
    message: RegExp(`^Cannot use "${path}": its SHA-256 is ${actual}, must be [0-9a-f]{64}$`),
    hint: "deno task build:ffi",
  });
});

Deno.test("libraryFile() says which library cannot be read, and why", async () => {
  await using place = new Workplace();
  const { find, path } = await copyWith(place, undefined);
  throws(find, (error: Error & { code?: string }) => {
    equal(error.code, "library");
    ok(error.message.startsWith(`Cannot read "${path}": `), error.message);
    ok(error.cause instanceof Error);
    return true;
  });
});
