import { deepEqual, equal } from "node:assert/strict";

import { CallFrames, sourceUrl } from "../../../lib/report/figures/call_frames.ts";
import { activityFrame, type Frame, functionFrame } from "../../../lib/recording/frame.ts";

Deno.test("sourceUrl() makes URLs of paths, and leaves URLs", () => {
  equal(sourceUrl("/a b/ö#.ts"), "file:///a%20b/%C3%B6%23.ts");
  equal(sourceUrl("https://x.y/a.ts"), "https://x.y/a.ts");
  equal(sourceUrl("node:fs"), "node:fs");
});

Deno.test("CallFrames has a function once, whatever line runs, with V8's numbers from 0", () => {
  const frames = new CallFrames();
  const at = (line: number, position: number, file = "/a.ts") =>
    frames.idOf(
      functionFrame({ name: "f", file, line }, { position: { line: position, column: 1 } }),
    );
  const one = at(5, 6);
  equal(at(5, 7), one);
  const other = at(9, 9);
  const elsewhere = at(5, 6, "/b.ts");
  deepEqual(frames.at(one), {
    functionName: "f",
    scriptId: "1",
    url: "file:///a.ts",
    lineNumber: 4,
    columnNumber: 0,
  });
  equal(frames.at(other).lineNumber, 8);
  equal(frames.at(elsewhere).scriptId, "2");
});

Deno.test("CallFrames names code without a source, and a collection as V8 does", () => {
  const frames = new CallFrames();
  const nameOf = (frame: Frame) => frames.at(frames.idOf(frame)).functionName;
  equal(nameOf({ name: "memmove", kind: "native", module: "/lib/libc.so.6" }), "memmove");
  equal(nameOf({ name: "", kind: "runtime", module: "/usr/bin/deno" }), "[deno]");
  equal(nameOf(activityFrame("garbage collection")), "(garbage collector)");
  equal(nameOf(activityFrame("compile")), "(compile)");
  deepEqual(frames.at(frames.idOfName("(idle)")), {
    functionName: "(idle)",
    scriptId: "0",
    url: "",
    lineNumber: -1,
    columnNumber: -1,
  });
});
