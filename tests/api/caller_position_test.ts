import { deepEqual, equal, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";

import { callerPosition } from "../../lib/api/caller_position.ts";

/** V8's own additions to `Error`. */
const V8Error = Error as unknown as { stackTraceLimit: unknown; prepareStackTrace: unknown };

const thisFile = fileURLToPath(import.meta.url);

// Types that are not in the emitted JavaScript move its lines.
interface Position {
  file: string;
  line: number;
}

function here(): Position | undefined {
  return callerPosition(here);
}

/** The line of this file on which a comment says so. */
async function lineOf(comment: string): Promise<number> {
  const lines = (await Deno.readTextFile(thisFile)).split("\n");
  return lines.findIndex((line) => line.endsWith(`// ${comment}`)) + 1;
}

Deno.test("callerPosition() is the caller's file and its TypeScript line", async () => {
  const position = here(); // simple
  deepEqual(position, { file: thisFile, line: await lineOf("simple") });
});

Deno.test("callerPosition() skips functions by their names", async () => {
  function _helper() {
    return skipping();
  }
  function skipping() {
    return callerPosition(skipping, /^_helper$/);
  }
  const position = _helper(); // skipped
  deepEqual(position, { file: thisFile, line: await lineOf("skipped") });
});

Deno.test("callerPosition() is undefined without a caller", () => {
  function neverCalled() {}
  equal(callerPosition(neverCalled), undefined);
  equal(callerPosition(here, /(?:)/), undefined);
});

Deno.test("callerPosition() neither depends on nor changes the program's stack trace settings", () => {
  const { stackTraceLimit, prepareStackTrace: original } = V8Error;
  try {
    for (const limit of [0, 1, 200, "none", undefined]) {
      const prepareStackTrace = () => "mine";
      V8Error.stackTraceLimit = limit;
      V8Error.prepareStackTrace = prepareStackTrace;
      equal(here()?.file, thisFile);
      equal(V8Error.stackTraceLimit, limit);
      equal(V8Error.prepareStackTrace, prepareStackTrace);
    }
  } finally {
    Object.assign(V8Error, { stackTraceLimit, prepareStackTrace: original });
  }
});

Deno.test("callerPosition() returns one line and a plain name for code made from text", () => {
  const fromText = new Function("here", "return here()") as (fn: typeof here) => typeof position;
  let position: Position | undefined;
  for (position of [fromText(here), (0, eval)("(here) => here()")(here)]) {
    if (position === undefined) continue;
    ok(position.line >= 1);
    ok(!/[\n(),]/.test(position.file), position.file);
  }
});
