import { deepEqual, equal } from "node:assert/strict";

import { SizeLimit } from "../../../lib/command/profile/size_limit.ts";
import { Workplace } from "../../support/command_process.ts";

Deno.test("SizeLimit counts the file and what belongs to it, and says once that it is reached", async () => {
  await using place = new Workplace();
  const path = `${place.path}/data`;
  let more = 0;
  const limit = new SizeLimit(3 << 20, { path, more: () => more });
  equal(limit.isReached(), false);
  place.write("data", "x".repeat(2 << 20));
  equal(limit.isReached(), false);
  deepEqual(limit.notes, []);
  more = 1 << 20;
  equal(limit.isReached(), true);
  more = 0;
  equal(limit.isReached(), true);
  deepEqual(limit.notes, [
    "warning: the recording ended, and the program with it, when it had 3 MiB; --max-size 12M " +
    "records more",
  ]);
});
