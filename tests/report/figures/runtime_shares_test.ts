import { deepEqual, equal } from "node:assert/strict";

import { activityFrame, type Frame } from "../../../lib/recording/frame.ts";
import type { Stack } from "../../../lib/recording/recording.ts";
import {
  collectionShare,
  describeRuntimeShares,
  runtimeShares,
} from "../../../lib/report/figures/runtime_shares.ts";

const FOO: Frame = { name: "foo", kind: "typescript", file: "/a.ts", line: 1, module: "" };
const DENO: Frame = { name: "", kind: "runtime", module: "/usr/bin/deno" };
const KERNEL: Frame = { name: "do_mmap", kind: "kernel", module: "[kernel.kallsyms]" };

const stack = (frames: Frame[], weight: number): Stack => ({
  thread: "deno",
  frames,
  samples: 1,
  weight,
  isCut: false,
});

Deno.test("runtimeShares() adds up activities, and the runtime's unknown time", () => {
  const stacks = [
    stack([FOO], 50),
    stack([FOO, activityFrame("compile")], 20),
    stack([FOO, activityFrame("garbage collection"), KERNEL], 10),
    // A function that is called from a compilation hook counts for itself.
    stack([activityFrame("embedder"), FOO], 15),
    stack([FOO, DENO], 5),
  ];
  const shares = runtimeShares({ stacks });
  deepEqual([...shares.activities], [["garbage collection", 0.1], ["compile", 0.2]]);
  equal(shares.unknown, 0.05);
  equal(
    describeRuntimeShares(shares),
    "garbage collection 10.0 %, compile 20.0 %, unknown 5.0 %",
  );
});

Deno.test("describeRuntimeShares() is empty if no activity is known", () => {
  equal(describeRuntimeShares(runtimeShares({ stacks: [stack([DENO], 5)] })), "");
  equal(describeRuntimeShares(runtimeShares({ stacks: [] })), "");
});

Deno.test("collectionShare() tells garbage collection from 1 % of all time on", () => {
  const collection = (weight: number) =>
    collectionShare(runtimeShares({
      stacks: [stack([FOO], 1000 - weight), stack([activityFrame("garbage collection")], weight)],
    }));
  equal(collection(123), 0.123);
  equal(collection(10), 0.01);
  equal(collection(9), undefined);
  equal(collection(0), undefined);
});
