import { deepEqual, equal } from "node:assert/strict";
import { fileURLToPath } from "node:url";

import { pushedStacks } from "../support/pushed.ts";
import { PushReceiver } from "../support/push_receiver.ts";

const SCRIPT = fileURLToPath(import.meta.resolve("../../scripts/push_known_profile.ts"));

for (const protocol of ["otlp", "pyroscope", "parca"] as const) {
  Deno.test(`push_known_profile.ts sends the profile that it describes to ${protocol}`, async () => {
    await using receiver = await PushReceiver.start();
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-lock", "-A", SCRIPT, receiver.target(protocol)],
      stdin: "null",
      stdout: "null",
    }).output();
    equal(code, 0);
    deepEqual(receiver.problems, []);
    deepEqual(Object.fromEntries(pushedStacks(receiver.taken)), {
      "baz@app.ts:11": 10,
      "baz@app.ts:11 bar@app.ts:7": 30,
      "baz@app.ts:11 bar@app.ts:7 foo@app.ts:3": 60,
    });
  });
}
