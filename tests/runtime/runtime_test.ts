import { equal, match, ok } from "node:assert/strict";

import {
  currentPlatform,
  isGranted,
  isPermissionError,
  processId,
  processStart,
  readVariable,
  trampolineObstacle,
  userId,
} from "../../lib/runtime/runtime.ts";

Deno.test("currentPlatform() is this platform", () => {
  const { os, arch, runtime } = currentPlatform();
  equal(os, Deno.build.os);
  equal(arch, Deno.build.arch);
  equal(runtime.name, "deno");
  equal(runtime.version, Deno.version.deno);
});

Deno.test("trampolineObstacle() is undefined on Linux on two architectures", () => {
  const { runtime } = currentPlatform();
  match(
    trampolineObstacle({ os: "darwin", arch: "aarch64", runtime })!,
    /perf trampoline not available on darwin aarch64: must be linux x86_64 or aarch64/,
  );
  for (
    const [os, arch, expected] of [
      ["linux", "x86_64", true],
      ["linux", "aarch64", true],
      ["linux", "riscv64", false],
      ["darwin", "aarch64", false],
      ["win32", "x86_64", false],
      ["freebsd", "x86_64", false],
    ] as const
  ) {
    equal(trampolineObstacle({ os, arch, runtime }) === undefined, expected, `${os} ${arch}`);
  }
});

Deno.test("processId() and userId() are this process's", () => {
  equal(processId(), Deno.pid);
  equal(userId(), Deno.uid());
});

Deno.test("processStart() is before now and after an older process's start", async () => {
  const start = processStart();
  ok(start <= Date.now());
  const { mtime } = await Deno.stat("/proc/self");
  ok(start <= mtime!.getTime());
  equal(processStart(), start);
  const before = Date.now();
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      `import { processStart } from ${
        JSON.stringify(new URL("../../lib/runtime/runtime.ts", import.meta.url))
      };
      console.log(processStart());`,
    ],
  }).output();
  const childStart = Number(new TextDecoder().decode(stdout));
  // "At most 30 ms too early", and a tick of 10 ms.
  ok(childStart >= before - 40, `${childStart} < ${before}`);
  ok(childStart <= Date.now());
});

Deno.test("isGranted() does not prompt", () => {
  equal(isGranted({ name: "read", path: "/etc" }), true);
  equal(isGranted({ name: "env", variable: "PATH" }), true);
});

Deno.test({
  name: "isGranted() is false and readVariable() undefined without permissions",
  permissions: "none",
  fn() {
    equal(isGranted({ name: "write", path: "/tmp" }), false);
    equal(isGranted({ name: "ffi" }), false);
    equal(readVariable("PATH"), undefined);
  },
});

Deno.test("readVariable() is undefined if the variable is not set", () => {
  equal(readVariable("JS_PERF_THERE_IS_NO_SUCH_VARIABLE"), undefined);
  equal(readVariable("PATH"), Deno.env.get("PATH"));
});

Deno.test("isPermissionError() recognizes the runtime's permission errors", () => {
  equal(isPermissionError(new Deno.errors.NotCapable("no")), true);
  equal(isPermissionError(new Deno.errors.PermissionDenied("EACCES")), false);
  equal(isPermissionError(undefined), false);
});
