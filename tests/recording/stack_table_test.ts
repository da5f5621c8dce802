import { deepEqual } from "node:assert/strict";

import { FrameTable } from "../../lib/recording/frame_table.ts";
import { StackTable } from "../../lib/recording/stack_table.ts";

Deno.test("StackTable counts equal stacks of equally named threads once", () => {
  const frames = new FrameTable();
  const at = (symbol: string, module = "m") => frames.at({ symbol, module });
  const table = new StackTable();
  table.add("deno", [at("main"), at("foo")], { weight: 10 });
  table.add("deno", [at("main"), at("foo")], { weight: 20, samples: 2 });
  table.add("worker", [at("main"), at("foo")], { weight: 1 });
  table.add("deno", [at("main"), at("foo")], { weight: 1, isCut: true });
  table.add("deno", [at("foo"), at("main")], { weight: 1 });
  deepEqual(
    table.stacks().map(({ thread, frames, ...count }) => ({
      thread,
      frames: frames.map(({ name }) => name).join(),
      ...count,
    })),
    [
      { thread: "deno", frames: "main,foo", samples: 3, weight: 30, isCut: false },
      { thread: "worker", frames: "main,foo", samples: 1, weight: 1, isCut: false },
      { thread: "deno", frames: "main,foo", samples: 1, weight: 1, isCut: true },
      { thread: "deno", frames: "foo,main", samples: 1, weight: 1, isCut: false },
    ],
  );
});

Deno.test("StackTable makes one frame of nameless neighbours, and keeps recursion", () => {
  const frames = new FrameTable();
  const at = (symbol: string, module: string) => frames.at({ symbol, module });
  const table = new StackTable();
  const stack = [
    at("f", "m"),
    at("f", "m"),
    at("0x1", "/bin/deno"),
    at("0x2", "/bin/deno"),
    at("0x3", "/lib/a.so"),
    at("0x4", "/bin/deno"),
  ];
  table.add("deno", stack, { weight: 1 });
  deepEqual(table.stacks()[0]!.frames.map(({ name, module }) => name || module), [
    "f",
    "f",
    "/bin/deno",
    "/lib/a.so",
    "/bin/deno",
  ]);
});
