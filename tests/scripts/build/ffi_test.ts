import { deepEqual } from "node:assert/strict";

import { differences } from "../../../scripts/build/ffi.ts";

const COMMITTED = {
  "a.so": { sha256: "aa", target: "x86_64-linux-gnu", gcc: "12.2.0", ld: "2.40" },
  "b.so": { sha256: "bb", target: "aarch64-linux-gnu", gcc: "12.2.0", ld: "2.40" },
};

Deno.test("differences() finds none between equal libraries, whatever made them", () => {
  deepEqual(differences(COMMITTED, COMMITTED), []);
  const { "a.so": a } = COMMITTED;
  deepEqual(differences({ "a.so": { ...a, gcc: "14.2.0" } }, COMMITTED), []);
});

Deno.test("differences() has the sources built again where the compiler is the same", () => {
  const built = { ...COMMITTED, "a.so": { ...COMMITTED["a.so"], sha256: "cc" } };
  deepEqual(differences(built, COMMITTED), [
    "ffi/prebuilt/a.so differs from the sources; run: deno task build:ffi",
  ]);
  deepEqual(differences(built, {}).length, 2);
});

Deno.test("differences() says which compiler it wants where another one made another file", () => {
  const { "b.so": b } = COMMITTED;
  deepEqual(differences({ "b.so": { ...b, sha256: "cc", gcc: "14.2.0", ld: "2.44" } }, COMMITTED), [
    "Cannot compare ffi/prebuilt/b.so: the compiler is gcc 14.2.0 with ld 2.44 for " +
    "aarch64-linux-gnu, must be gcc 12.2.0 with ld 2.40 for aarch64-linux-gnu",
  ]);
});
