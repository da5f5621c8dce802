import { deepEqual } from "node:assert/strict";

import { differences, librariesModule, prebuiltLibrary } from "../../../scripts/build/ffi.ts";

const bytes = Uint8Array.of(1, 2, 3);

const COMMITTED = {
  a: prebuiltLibrary(bytes, { target: "x86_64-linux-gnu", gcc: "12.2.0", ld: "2.40" }),
  b: prebuiltLibrary(bytes, { target: "aarch64-linux-gnu", gcc: "12.2.0", ld: "2.40" }),
};

Deno.test("differences() finds none between equal libraries, whatever made them", () => {
  deepEqual(differences(COMMITTED, COMMITTED), []);
  const { a } = COMMITTED;
  deepEqual(differences({ a: { ...a, gcc: "14.2.0" } }, COMMITTED), []);
});

Deno.test("differences() has the sources built again where the compiler is the same", () => {
  const built = { ...COMMITTED, a: { ...COMMITTED.a, sha256: "cc" } };
  deepEqual(differences(built, COMMITTED), [
    "the library for a in ffi/libraries.ts differs from the sources; run: deno task build:ffi",
  ]);
  deepEqual(differences(built, {}).length, 2);
});

Deno.test("differences() says which compiler it wants where another one made another file", () => {
  const { b } = COMMITTED;
  deepEqual(differences({ b: { ...b, sha256: "cc", gcc: "14.2.0", ld: "2.44" } }, COMMITTED), [
    "Cannot compare the library for b: the compiler is gcc 14.2.0 with ld 2.44 for " +
    "aarch64-linux-gnu, must be gcc 12.2.0 with ld 2.40 for aarch64-linux-gnu",
  ]);
});

Deno.test("differences() finds a library whose checksum alone was altered to fit", () => {
  const altered = { ...COMMITTED, a: { ...COMMITTED.a, base64: "AQIE" } };
  deepEqual(differences(COMMITTED, altered).length, 1);
});

Deno.test("librariesModule() is a module that has the libraries", async () => {
  const text = librariesModule(COMMITTED);
  const module = await import(`data:application/typescript,${encodeURIComponent(text)}`);
  deepEqual(module.LIBRARIES, COMMITTED);
});
