import { deepEqual, equal } from "node:assert/strict";

import { workerAddress, type WorkerStart } from "../../../lib/instrument/workers/worker_address.ts";
import { isOwnModule } from "../../../lib/source/own_module.ts";

/** A stand-in for worker_entry.ts, which tells what it got. */
const ENTRY = `data:text/javascript,${
  encodeURIComponent(`
globalThis.seen = [];
export function enterWorker(start) {
  seen.push(start);
  return () => seen.push("left");
}`)
}`;

const told = () => (globalThis as unknown as { seen: unknown[] }).seen;

const MODULE = "data:text/javascript,seen.push('module')//";

Deno.test("workerAddress() enters with the parameters, loads the module, and leaves", async () => {
  const starts: WorkerStart[] = [
    { url: `${MODULE}1`, kind: "web", variables: {} },
    {
      url: `${MODULE}ä%20b.ts?c=#d#e"\\`,
      kind: "node",
      variables: { JS_PERF_SUPPORT: "1", JS_PERF_INCLUDE: "npm:ä,\"'\n\u2028" },
    },
  ];
  for (const start of starts) {
    const address = workerAddress(ENTRY, start);
    equal(new URL(address).href, address);
    await import(address);
    deepEqual(told().splice(0), [start, "module", "left"]);
  }
});

Deno.test("workerAddress() leaves too if the module throws, and hides nothing of that", async () => {
  const url = "data:text/javascript,throw new Error('of the program')";
  const start: WorkerStart = { url, kind: "web", variables: {} };
  const error = await import(workerAddress(ENTRY, start)).catch((error) => error);
  equal(error.message, "of the program");
  deepEqual(told().splice(0), [start, "left"]);
});

Deno.test("a Worker's first module is our own, and other data: modules are the program's", () => {
  const start: WorkerStart = { url: "file:///a.ts", kind: "web", variables: {} };
  equal(isOwnModule(workerAddress("file:///lib/worker_entry.ts", start)), true);
  equal(isOwnModule("data:text/javascript,0"), false);
});
