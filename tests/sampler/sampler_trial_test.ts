import { deepEqual, equal, throws } from "node:assert/strict";

import { loadNativeLibrary } from "../../lib/native/native_library.ts";
import { PerfError } from "../../lib/base/perf_error.ts";
import { startSampling } from "../../lib/sampler/program_sampler.ts";
import { trySampling } from "../../lib/sampler/sampler_trial.ts";

Deno.test("trySampling() samples for a moment and leaves nothing behind", () => {
  trySampling();
  trySampling();
  const names = [...Deno.readDirSync("/tmp")].map(({ name }) => name);
  deepEqual(names.filter((name) => name.startsWith(`xperf-trial-${Deno.pid}-`)), []);
  // It is off again.
  equal(loadNativeLibrary().xp_sampler_stop(), -3); // ESRCH
});

Deno.test("trySampling() throws if this process cannot be sampled", () => {
  const path = Deno.makeTempFileSync();
  try {
    startSampling(path, 100);
    throws(trySampling, PerfError); // EALREADY
    equal(loadNativeLibrary().xp_sampler_stop(), 0);
  } finally {
    Deno.removeSync(path);
  }
});
