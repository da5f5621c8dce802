import { deepEqual, equal } from "node:assert/strict";

import { gatherFacts, mountOptions } from "../../../lib/command/doctor/doctor_facts.ts";
import { runProgram } from "../../support/program.ts";

const MOUNTS = `overlay / overlay rw,relatime 0 0
tmpfs /tmp tmpfs rw,nosuid,noexec 0 0
tmpfs /tmp/inner tmpfs ro 0 0
/dev/sda1 /tm ext4 other 0 0
`;

Deno.test("mountOptions() takes the innermost mount that holds the path", () => {
  deepEqual(mountOptions("/tmp", MOUNTS), ["rw", "nosuid", "noexec"]);
  deepEqual(mountOptions("/tmp/inner/a", MOUNTS), ["ro"]);
  deepEqual(mountOptions("/tmp/innermost", MOUNTS), ["rw", "nosuid", "noexec"]);
  deepEqual(mountOptions("/home", MOUNTS), ["rw", "relatime"]);
});

Deno.test("mountOptions() takes the later of two mounts at one place", () => {
  deepEqual(mountOptions("/tmp", `${MOUNTS}tmpfs /tmp tmpfs rw,exec 0 0`), ["rw", "exec"]);
});

Deno.test("mountOptions() passes lines over that are no mounts", () => {
  deepEqual(mountOptions("/tmp", ""), [""]);
  deepEqual(mountOptions("/tmp", "garbage\n\n/ /"), [""]);
});

Deno.test("gatherFacts() tries things out, and an obstacle is an answer", () => {
  const facts = gatherFacts();
  deepEqual(facts.missingPermissions, []);
  equal(facts.isRoot, Deno.uid() === 0);
  deepEqual(facts.tmp.write, { value: true });
  for (const outcome of [facts.perf, facts.recording, facts.sampler]) {
    equal("value" in outcome || outcome.error.startsWith("Cannot "), true, JSON.stringify(outcome));
  }
  if ("error" in facts.perf) deepEqual(facts.recording, facts.perf);
});

Deno.test("gatherFacts() names the permissions that are missing", async () => {
  const module = import.meta.resolve("../../../lib/command/doctor/doctor_facts.ts");
  await using program = await runProgram(
    `
import { gatherFacts } from "${module}";
const { missingPermissions, tmp, isRoot } = gatherFacts();
console.log(JSON.stringify({ missingPermissions, write: Object.keys(tmp.write) }));
`,
    { flags: ["--no-prompt", "--allow-read", "--allow-env", "--allow-sys", "--deny-run"] },
  );
  const { missingPermissions, write } = JSON.parse(program.stdout || "{}");
  deepEqual(missingPermissions, ["write", "ffi", "run"], program.stderr);
  equal(write[0], "error");
});
