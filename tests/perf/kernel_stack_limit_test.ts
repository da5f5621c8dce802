import { equal, throws } from "node:assert/strict";

import { KernelStackLimit } from "../../lib/perf/kernel_stack_limit.ts";
import { Workplace } from "../support/command_process.ts";

Deno.test("KernelStackLimit raises the limit, and puts it back", async () => {
  await using place = new Workplace();
  const file = `${place.path}/limit`;
  const read = () => Deno.readTextFileSync(file);
  place.write("limit", "127\n");
  {
    using _limit = new KernelStackLimit(512, file);
    equal(read(), "512");
  }
  equal(read(), "127");
  {
    using _limit = new KernelStackLimit(100, file);
    equal(read(), "127");
  }
  equal(read(), "127");
});

Deno.test("KernelStackLimit says what the user can do where it cannot be raised", async () => {
  await using place = new Workplace();
  throws(() => new KernelStackLimit(512, `${place.path}/none`), {
    name: "PerfError",
    message: `Cannot keep 512 frames of a stack: "${place.path}/none" cannot be written, must be ` +
      "the kernel's limit",
    hint: "sudo sysctl kernel.perf_event_max_stack=512",
  });
  for (const frames of [0, 1.5, NaN, 9000]) {
    throws(() => new KernelStackLimit(frames, `${place.path}/none`), RangeError);
  }
});
