import { deepEqual, equal, notEqual, ok } from "node:assert/strict";

import {
  flagsWithLockCopy,
  lockFile,
  removeLockCopies,
} from "../../../lib/command/program/lock_copy.ts";
import { Workplace } from "../../support/command_process.ts";

const PRELOAD = "https://example.com/preload.ts";

Deno.test("lockFile() is beside the nearest project file above the script", async () => {
  await using place = new Workplace();
  const script = place.write("project/src/main.ts", "");
  // Nothing above: Deno uses no lock file, unless a directory above /tmp has a project.
  equal(lockFile([], script), undefined);
  place.write("project/deno.json", "{}");
  equal(lockFile([], script), `${place.path}/project/deno.lock`);
  equal(lockFile([], `file://${script}`), `${place.path}/project/deno.lock`);
  place.write("project/src/package.json", "{}");
  equal(lockFile([], script), `${place.path}/project/src/deno.lock`);
});

Deno.test("lockFile() of a member of a workspace is the workspace's", async () => {
  await using place = new Workplace();
  place.write("deno.json", '{ "workspace": ["./member"] }');
  place.write("deno.lock", "{}");
  place.write("member/deno.json", "{}");
  equal(lockFile([], place.write("member/main.ts", "")), `${place.path}/deno.lock`);
});

Deno.test("lockFile() obeys the configuration file", async () => {
  await using place = new Workplace();
  const script = place.write("main.ts", "");
  const cases: [setting: string, name: string | undefined][] = [
    ['{ "lock": false }', undefined],
    ['{ "lock": true }', "deno.lock"],
    ['{ "lock": "locks/a.lock" }', "locks/a.lock"],
    ['{ "lock": { "frozen": true, "path": "./b.lock" } }', "b.lock"],
    ['{ "lock": { "frozen": true } }', "deno.lock"],
    ['{ // "a comment"\n  "tasks": {} }', "deno.lock"],
  ];
  for (const [setting, name] of cases) {
    place.write("deno.json", setting);
    equal(lockFile([], script), name && `${place.path}/${name}`, setting);
  }
});

Deno.test("lockFile() obeys the flags", async () => {
  await using place = new Workplace();
  const script = place.write("main.ts", "");
  place.write("deno.json", "{}");
  const other = place.write("other/deno.json", "{}");
  equal(lockFile(["-A", "--no-lock"], script), undefined);
  equal(lockFile(["--lock=/a/b.lock"], script), "/a/b.lock");
  equal(lockFile(["--lock"], script), `${Deno.cwd()}/deno.lock`);
  equal(lockFile([`--config=${other}`], script), `${place.path}/other/deno.lock`);
  equal(lockFile(["--no-config"], script), undefined);
});

Deno.test("flagsWithLockCopy() has a program use a copy, until that is removed", async () => {
  await using place = new Workplace();
  const script = place.write("main.ts", "");
  place.write("deno.json", '{ "lock": { "frozen": true } }');
  const lock = place.write("deno.lock", "of the user");
  const flags = flagsWithLockCopy({ flags: ["-A", "--frozen"], script, preload: PRELOAD });
  const [all, copy, frozen] = flags;
  deepEqual([all, frozen, flags.length], ["-A", "--frozen=false", 3]);
  const path = copy!.slice("--lock=".length);
  ok(copy!.startsWith("--lock=/"));
  notEqual(path, lock);
  equal(Deno.readTextFileSync(path), "of the user");
  removeLockCopies();
  equal(Deno.readTextFileSync(lock), "of the user");
  try {
    Deno.statSync(path);
    ok(false, "the copy is still there");
  } catch (error) {
    ok(error instanceof Deno.errors.NotFound);
  }
});

Deno.test("flagsWithLockCopy() changes nothing where our module is a file, or is not preloaded", async () => {
  await using place = new Workplace();
  const script = place.write("main.ts", "");
  place.write("deno.json", "{}");
  for (const preload of [undefined, "file:///preload.ts"]) {
    deepEqual(flagsWithLockCopy({ flags: ["-A", "--frozen"], script, preload }), [
      "-A",
      "--frozen",
    ]);
  }
});
