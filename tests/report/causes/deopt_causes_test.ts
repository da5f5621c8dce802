import { deepEqual } from "node:assert/strict";

import { causesOf } from "../../../lib/report/causes/causes.ts";
import type { Frame } from "../../../lib/recording/frame.ts";
import { at, recorded, shownBy } from "../../support/caused.ts";

Deno.test("deoptCauses() takes many deoptimisations of a hot function as a cause", async () => {
  const deopt = (count: number, reason = "wrong map") => ({
    ...{ name: "work", file: "/app/a.ts", line: 1, kind: "deopt-eager", reason, count },
    at: { name: "work", file: "/app/a.ts", line: 1 },
    position: { line: 5, column: 3 },
  });
  const stacks: [Frame[], number][] = [
    [[at("work 5:3")], 70],
    [[at("work 5:3", { tier: "maglev" })], 30],
  ];
  const withDeopts = (...deopts: ReturnType<typeof deopt>[]) =>
    recorded(stacks, {
      history: {
        compilations: [{ name: "work", file: "/app/a.ts", line: 1, maglev: 2, turbofan: 3 }],
        deopts,
      },
    });
  deepEqual(await shownBy(withDeopts(deopt(15), deopt(5, "Smi"))), [
    "deoptimisation work 5 30000 0.30",
  ]);
  deepEqual(await shownBy(withDeopts(deopt(19))), []);
  deepEqual(await shownBy(withDeopts(deopt(99, "prepare for on stack replacement (OSR)"))), []);
  const { functions: [work] } = await causesOf(withDeopts(deopt(19)));
  deepEqual([work!.maglev, work!.turbofan, work!.deopts], [2, 3, 19]);
  deepEqual([...work!.tiers], [["turbofan", 70000], ["maglev", 30000]]);
});
