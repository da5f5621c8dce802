import { deepEqual, equal } from "node:assert/strict";

import {
  readWorkerAddress,
  workerAddress,
  type WorkerStart,
} from "../../../lib/instrument/workers/worker_address.ts";

const starts: WorkerStart[] = [
  { url: "file:///a.ts", kind: "web", variables: {} },
  {
    url: "file:///ä%20b.ts?c=#d#e",
    kind: "node",
    variables: { JS_PERF_SUPPORT: "1", JS_PERF_INCLUDE: "npm:ä" },
  },
];

Deno.test("readWorkerAddress() is the inverse of workerAddress()", () => {
  for (const start of starts) {
    const address = workerAddress("file:///lib/worker_entry.ts", start);
    equal(new URL(address).href, address);
    equal(address.split("#").length, 2);
    deepEqual(readWorkerAddress(address), start);
  }
});
