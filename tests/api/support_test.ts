import { deepEqual, equal, match } from "node:assert/strict";

import { trampolineObstacle } from "../../lib/runtime/runtime.ts";
import { type Support, support, testSupport } from "../../lib/api/support.ts";

const mod = import.meta.resolve("../../mod.ts");

/** Calls `support()` in a process of its own; returns its result, and whether there was a map. */
async function supportUnder(
  flags: readonly string[],
  { before = "", env = {} }: { before?: string; env?: Record<string, string> } = {},
): Promise<{ support: Support; map: boolean; stderr: string }> {
  const source = `import * as perf from "${mod}";
    ${before};
    console.log(JSON.stringify(perf.support()));`;
  const directory = await Deno.makeTempDir();
  try {
    const script = `${directory}/support.ts`;
    await Deno.writeTextFile(script, source);
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", ...flags, script],
      env,
    }).output();
    const parsed: Support = JSON.parse(new TextDecoder().decode(stdout));
    const map = await Deno.remove(parsed.mapPath).then(() => true, () => false);
    return { support: parsed, map, stderr: new TextDecoder().decode(stderr) };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("support() reports the platform", () => {
  const { os, arch, runtime, trampolines, mapPath } = support();
  equal(os, Deno.build.os);
  equal(arch, Deno.build.arch);
  deepEqual(runtime, { name: "deno", version: Deno.version.deno });
  equal(trampolines.available, trampolineObstacle({ os, arch, runtime }) === undefined);
  equal(mapPath, `/tmp/perf-${Deno.pid}.map`);
});

Deno.test({
  name: "support() walks the stack from a trampoline to the program's start",
  ignore: Deno.build.os !== "linux",
  fn() {
    for (let round = 0; round < 2; round++) {
      const { engines, framePointers } = testSupport();
      deepEqual(engines, { native: { available: true }, wasm: { available: true } });
      deepEqual(framePointers, { available: true });
    }
  },
});

Deno.test("support() leaves no perf map, even where the environment asks for one", async () => {
  const { support: { active, framePointers }, map } = await supportUnder(["-A"], {
    env: { JS_PERF_SUPPORT: "1" },
  });
  equal(map, false);
  equal(active, undefined);
  equal(framePointers.available, true);
});

Deno.test("support() names the active engine and backend", async () => {
  const { support: { active }, map } = await supportUnder(["-A"], {
    before: "perf.activateStackTrampoline()",
  });
  deepEqual(active, { backend: "perf", engine: "wasm" });
  equal(map, true);
});

Deno.test("support() names missing permissions, and neither throws nor prompts", async () => {
  const { support: { engines, framePointers, trampolines }, stderr } = await supportUnder([]);
  equal(stderr, "");
  equal(trampolines.available, true);
  equal(framePointers.available, undefined);
  match(framePointers.reason!, /^permission is missing: --allow-ffi$/);
  for (const { available, reason } of Object.values(engines)) {
    equal(available, undefined);
    match(reason!, /--allow-ffi/);
  }
  const further = await supportUnder(["--allow-ffi"]);
  match(further.support.framePointers.reason!, /^permission is missing: --allow-read=/);
});

Deno.test("support() walks the stack from inside a Worker, too", async () => {
  const { support: fromWorker } = await supportUnder(["-A"], {
    env: { JS_PERF_SUPPORT: "1" },
    before: `
      if (globalThis.name !== "inner") {
        const worker = new Worker(import.meta.url, { type: "module", name: "inner" });
        await new Promise((resolve) => worker.onmessage = ({ data }) => {
          console.log(data); worker.terminate(); resolve(0);
        });
        Deno.exit();
      }
      console.log = (text) => postMessage(text)`,
  });
  equal(fromWorker.framePointers.available, true);
});

Deno.test("support() opens nothing and makes no file while trampolines are off", async () => {
  const { support: { engines, framePointers, active }, stderr } = await supportUnder(["-A"], {
    before: `
      const { dlopen } = Deno;
      Deno.dlopen = (...args) => { console.error("opened"); return dlopen(...args); };`,
    env: { JS_PERF_SUPPORT: "0" },
  });
  equal(stderr, "");
  equal(active, undefined);
  for (const feature of [engines.native, engines.wasm, framePointers]) {
    deepEqual(feature, { reason: "trampolines are off" });
  }
});
