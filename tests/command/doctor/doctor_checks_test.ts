import { deepEqual, equal, match } from "node:assert/strict";

import { formatChecks } from "../../../lib/command/doctor/doctor.ts";
import { canProfile, type Check, checkFacts } from "../../../lib/command/doctor/doctor_checks.ts";
import { type Facts, mountOptions } from "../../../lib/command/doctor/doctor_facts.ts";

/** A machine on which everything works. */
const GOOD: Facts = {
  support: {
    os: "linux",
    arch: "x86_64",
    runtime: { name: "deno", version: "2.9.6" },
    trampolines: { available: true },
    framePointers: { available: true },
    engines: { native: { available: true }, wasm: { available: false, reason: "not yet" } },
    active: undefined,
    mapPath: "/tmp/perf-1.map",
  },
  perf: {
    value: {
      name: "6.12.95",
      version: { major: 6, minor: 12, patch: 95, unwindsJitdump: true },
      unwindsDwarf: true,
    },
  },
  recording: { value: { event: undefined, isFallback: false } },
  sampler: { value: true },
  newerPerf: "install a newer perf",
  kernel: { paranoid: 1, maxStack: 1024, kptrRestrict: 0 },
  isRoot: false,
  tmp: { write: { value: true }, mountOptions: ["rw"] },
  missingPermissions: [],
};

function checkOf(facts: Partial<Facts>, name: string): Check {
  return checkFacts({ ...GOOD, ...facts }).find((check) => check.name === name)!;
}

Deno.test("checkFacts() has no hint on a good machine", () => {
  for (const { status, hint } of checkFacts(GOOD)) deepEqual([status, hint], ["ok", undefined]);
});

Deno.test("checkFacts() fails without trampolines", () => {
  const support = { ...GOOD.support, trampolines: { available: false, reason: "not on darwin" } };
  const { status, detail } = checkOf({ support }, "HAVE_PERF_TRAMPOLINE");
  deepEqual([status, detail], ["failed", "not on darwin"]);
});

Deno.test("checkFacts() tells broken frame pointers from untested ones", () => {
  const detailOf = (available: boolean | undefined) => {
    const support = { ...GOOD.support, framePointers: { available, reason: "because" } };
    return checkOf({ support }, "frame pointers").detail;
  };
  equal(detailOf(false), "no: because");
  equal(detailOf(undefined), "not tested: because");
});

Deno.test("checkFacts() fails where no engine is available", () => {
  const none = { available: false, reason: "library altered" };
  const support = { ...GOOD.support, engines: { native: none, wasm: none } };
  equal(checkOf({ support }, "engines").status, "failed");
});

Deno.test("checkFacts() repeats perf's error and its hint", () => {
  const failure = { error: "Cannot run perf", hint: "sudo apt-get install linux-perf" };
  for (const name of ["perf", "recording"]) {
    const { status, hint } = checkOf({ perf: failure, recording: failure }, name);
    deepEqual([status, hint], ["limited", failure.hint]);
  }
  equal(checkOf({ perf: failure }, "perf's abilities").status, "limited");
});

Deno.test("checkFacts() is limited, not failed, where the built-in sampler replaces perf", () => {
  const failure = { error: "refused", hint: "let it" };
  const cases: [Partial<Facts>, Check["status"], Check["status"], RegExp][] = [
    [{}, "ok", "ok", /^works, for where perf does not/],
    [{ recording: failure }, "limited", "ok", /^works, profile uses it/],
    [{ sampler: failure }, "ok", "limited", /^refused$/],
    [{ recording: failure, sampler: failure }, "failed", "failed", /^refused$/],
  ];
  for (const [facts, recording, sampler, detail] of cases) {
    equal(checkOf(facts, "recording").status, recording);
    const check = checkOf(facts, "built-in sampler");
    equal(check.status, sampler);
    equal(check.hint, facts.sampler && failure.hint);
    match(check.detail, detail);
  }
  equal(canProfile(checkFacts({ ...GOOD, perf: failure, recording: failure })), true);
});

Deno.test("checkFacts() names the fallback event, and the missing abilities of an old perf", () => {
  const recording = { value: { event: "cpu-clock", isFallback: true } };
  match(checkOf({ recording }, "recording").detail, /-e cpu-clock.*no hardware events/);
  const version = { major: 6, minor: 1, patch: 0, unwindsJitdump: false };
  const perf = { value: { name: "6.1", version, unwindsDwarf: false } };
  const { status, detail, hint } = checkOf({ perf }, "perf's abilities");
  deepEqual([status, hint], ["limited", "install a newer perf"]);
  match(detail, /^perf map; no jitdump.*; no --call-graph dwarf$/);
});

Deno.test("checkFacts() judges the kernel's settings, with the command that mends them", () => {
  const cases: [Partial<Facts["kernel"]>, boolean, string, Check["status"], string?][] = [
    [{ paranoid: 2 }, false, "perf_event_paranoid", "limited", "kernel.perf_event_paranoid=1"],
    [{ paranoid: 4 }, false, "perf_event_paranoid", "limited", "kernel.perf_event_paranoid=1"],
    [{ paranoid: 4 }, true, "perf_event_paranoid", "ok"],
    [{ paranoid: undefined }, true, "perf_event_paranoid", "limited"],
    [
      { maxStack: 64 },
      false,
      "perf_event_max_stack",
      "limited",
      "kernel.perf_event_max_stack=1024",
    ],
    [{ maxStack: 127 }, false, "perf_event_max_stack", "ok", "kernel.perf_event_max_stack=1024"],
    [{ kptrRestrict: 1 }, false, "kptr_restrict", "limited", "kernel.kptr_restrict=0"],
    [{ kptrRestrict: 1 }, true, "kptr_restrict", "ok"],
    [{ kptrRestrict: 2 }, true, "kptr_restrict", "limited", "kernel.kptr_restrict=0"],
  ];
  for (const [kernel, isRoot, name, status, setting] of cases) {
    const check = checkOf({ kernel: { ...GOOD.kernel, ...kernel }, isRoot }, name);
    equal(check.status, status, name);
    equal(check.hint, setting && `sudo sysctl ${setting}`, name);
  }
});

Deno.test("checkFacts() judges /tmp and the permissions", () => {
  const write = { error: "Read-only file system" };
  const readOnly = { tmp: { write, mountOptions: ["ro"] } };
  equal(checkOf(readOnly, "/tmp writable").status, "failed");
  const noexec = { tmp: { write: { value: true as const }, mountOptions: ["rw", "noexec"] } };
  const { status, hint } = checkOf(noexec, "/tmp executable");
  deepEqual([status, hint], ["limited", "sudo mount -o remount,exec /tmp"]);
  const missing = checkOf({ missingPermissions: ["ffi", "run"] }, "permissions");
  deepEqual([missing.status, missing.detail], ["failed", "missing: --allow-ffi --allow-run"]);
});

Deno.test("canProfile() is false only where something has failed", () => {
  const check = (status: Check["status"]): Check => ({ name: "", status, detail: "" });
  equal(canProfile([check("ok"), check("limited")]), true);
  equal(canProfile([check("ok"), check("failed")]), false);
});

Deno.test("formatChecks() marks each finding, and colours only where asked", () => {
  const checks: Check[] = [
    { name: "a", status: "ok", detail: "fine" },
    { name: "long", status: "limited", detail: "so so" },
    { name: "b", status: "failed", detail: "broken", hint: "mend it" },
  ];
  equal(
    formatChecks(checks, false),
    `\
✓ a     fine
! long  so so
✗ b     broken
        → mend it

No profile can be recorded.`,
  );
  equal(formatChecks(checks, true).startsWith("\x1b[32m✓\x1b[39m a"), true);
  match(formatChecks([checks[0]!], false), /A profile can be recorded\.$/);
});

Deno.test("mountOptions() takes the innermost mount, and the last of two", () => {
  const mounts = `\
rootfs / ext4 rw,relatime 0 0
tmpfs /tmp tmpfs rw,noexec 0 0
tmpfs /tmpfoo tmpfs ro 0 0
tmpfs /tmp tmpfs rw,nosuid 0 0
`;
  deepEqual(mountOptions("/tmp", mounts), ["rw", "nosuid"]);
  deepEqual(mountOptions("/tmp", "rootfs / ext4 rw 0 0"), ["rw"]);
  deepEqual(mountOptions("/tmp", ""), [""]);
});
