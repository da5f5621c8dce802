import { deepEqual, equal, match } from "node:assert/strict";

import { Progress } from "../../lib/command/progress.ts";

/** A stream that keeps what is written. */
class Written {
  readonly texts: string[] = [];
  readonly isTTY: boolean;

  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.texts.push(text);
  }
}

Deno.test("Progress shows a line on a terminal, and removes it", () => {
  const stream = new Written(true);
  const progress = new Progress({ stream });
  progress.show(() => "reading 1 MB");
  // This line comes too soon to be read, so it is not shown.
  progress.show(() => "reading 2 MB");
  progress.clear();
  equal(stream.texts.length, 2);
  match(stream.texts[0]!, /reading 1 MB\r$/);
  // Erase in Line (ECMA-48).
  equal(stream.texts[1], "\r\x1b[K");
});

Deno.test("Progress writes nothing without a terminal, or if it is quiet", () => {
  for (const [isTTY, isQuiet] of [[false, false], [true, true], [false, true]] as const) {
    const stream = new Written(isTTY);
    const progress = new Progress({ stream, isQuiet });
    progress.show(() => "reading");
    progress.watch(() => "recording");
    progress.clear();
    deepEqual(stream.texts, []);
  }
});
