import { deepEqual, equal, ok } from "node:assert/strict";

import { FollowedLog } from "../../lib/v8_log/followed_log.ts";
import { type LogFile, V8Log } from "../../lib/v8_log/v8_log.ts";
import { CLOCK, OUTER, PROGRAM, TEXT } from "../support/inlining_log.ts";
import { framesText, readLog, recordedLog } from "../support/v8_logs.ts";

/** Reads a log that grows, as often as it is called. */
function following(file: LogFile): (polls: [number, number, number][]) => V8Log {
  const followed = new FollowedLog(file.read);
  return (polls) => V8Log.ofFollowed(file, followed.readOn(polls));
}

Deno.test("readOn() reads what has been added only, and gives what a whole reading gives", async () => {
  const more = "code-creation,Builtin,3,300,0x700000,64,Late\n";
  const bytes = new TextEncoder().encode(PROGRAM + more);
  const cut = PROGRAM.indexOf("code-creation,JS,13") + 30;
  let size = cut;
  const polls: [number, number, number][] = [[
    111e3,
    111e3,
    PROGRAM.indexOf("code-creation,JS,13"),
  ]];
  const offsets: number[] = [];
  const file = {
    path: "isolate-0x1-42-42.log",
    size: () => size,
    read(offset: number, length: number) {
      offsets.push(offset);
      return bytes.slice(offset, Math.min(size, offset + length));
    },
  };
  const readOn = following(file);
  const first = readOn(polls);
  deepEqual(framesText(first, 0x3000 + 20, 1e9), []);
  equal(framesText(first, 0x2000, 1e9).length, 1);
  equal(first.isCut, true);
  size = PROGRAM.length;
  polls.push([201e3, 201e3, size]);
  const second = readOn(polls);
  const whole = await readLog(PROGRAM, { polls });
  for (const address of [0x1000, 0x2000, 0x3000 + 20, 0x3000 + 50]) {
    deepEqual(framesText(second, address, 1e9), framesText(whole, address, 1e9));
  }
  equal(second.clock?.offset, whole.clock?.offset);
  size = bytes.length;
  offsets.length = 0;
  const third = readOn(polls);
  // The clock is aligned, so that the log is read on from where it had ended.
  equal(Math.min(...offsets), PROGRAM.length);
  deepEqual(framesText(third, 0x700000, 1e9), ["builtin Late"]);
  deepEqual(framesText(third, 0x3000 + 20, 1e9), framesText(whole, 0x3000 + 20, 1e9));
});

Deno.test("readOn() aligns the clock by polls that come later", () => {
  const bytes = new TextEncoder().encode(PROGRAM);
  const read = (offset: number, length: number) => bytes.slice(offset, offset + length);
  const readOn = following({ path: "a.log", size: () => bytes.length, read });
  equal(readOn([]).clock, undefined);
  equal(readOn(CLOCK.polls).clock?.offset, -200);
});

/** A log that grows, whose front reads as zeros when it has been given back. */
class GrowingLog implements LogFile {
  readonly path = "isolate-0x1-42-42.log";
  readonly followed: FollowedLog;
  /** The number of pieces of code that are known. */
  pieces = 0;
  readonly #bytes: Uint8Array;
  #size = 0;

  constructor(text: string | Uint8Array) {
    this.#bytes = typeof text === "string" ? new TextEncoder().encode(text) : text.slice();
    this.followed = new FollowedLog(this.read);
    // Without polls the clock is never aligned, so the log is read from its start that often.
    for (let i = 0; i < 5; i++) this.followed.readOn([]);
  }

  size(): number {
    return this.#size;
  }

  readonly read = (offset: number, length: number): Uint8Array =>
    this.#bytes.slice(offset, Math.min(this.#size, offset + length));

  /** Forgets what is gone, gives the front back, grows, and reads on. */
  grow(size = this.#bytes.length): V8Log {
    this.followed.consume(1);
    this.#bytes.fill(0, 0, this.followed.consumed);
    this.#size = size;
    const state = this.followed.readOn([]);
    this.pieces = state.parser.code.pieces.length;
    return V8Log.ofFollowed(this, state);
  }
}

Deno.test("consume() keeps names, positions and inlined functions of code that is there", async () => {
  const more = "code-move,0x3000,0x4000\n" +
    "code-creation,JS,3,300,0x5000,64,late file:///app/a.js:4:15,0xd00,~\n" +
    "code-source-info,0x5000,7,52,78,C0O52,,\n" +
    // It inlines a function whose own line has been given back.
    `code-creation,JS,13,310,0x6000,256,${OUTER},*\n` +
    "code-source-info,0x6000,7,52,78,C0O52C16O22I0,F0O67,S0xa00\n";
  const growing = new GrowingLog(PROGRAM + more);
  growing.grow(PROGRAM.length);
  const log = growing.grow();
  equal(growing.followed.consumed, PROGRAM.length);
  const whole = await readLog(PROGRAM + more);
  for (const address of [0x1000, 0x2000, 0x4000 + 20, 0x4000 + 50, 0x5000, 0x6000 + 20]) {
    deepEqual(framesText(log, address), framesText(whole, address));
    ok(framesText(log, address).length > 0, address.toString(16));
  }
  equal(log.skipped, 0);
  equal(log.sourceOf("/app/a.js"), TEXT);
});

Deno.test("consume() forgets code that was gone before the last reading, and no other", () => {
  const replaced = `code-creation,JS,3,400,0x1000,576,${OUTER},~\n`;
  const early = "code-creation,Builtin,3,900,0x700000,64,Early\n";
  const late = "code-creation,Builtin,3,950,0x710000,64,Late\n";
  const growing = new GrowingLog(PROGRAM + replaced + early + late);
  const sizes = [PROGRAM, replaced, early, late]
    .map((_, i, all) => all.slice(0, i + 1).join("").length);
  const counts = sizes.map((size) => {
    growing.grow(size);
    return growing.pieces;
  });
  // The window in which code was replaced may have samples of it, so it is forgotten one later.
  deepEqual(counts, [4, 5, 6, 6]);
});

for (
  const name of [...Deno.readDirSync(new URL("logs", import.meta.url))].map(({ name }) => name)
) {
  if (!name.endsWith(".log")) continue;
  Deno.test(`consume() changes no name of the code that is there at the end of ${name}`, async () => {
    const bytes = recordedLog(name);
    const growing = new GrowingLog(bytes);
    let log: V8Log | undefined;
    for (let part = 1; part <= 8; part++) log = growing.grow(Math.floor(bytes.length * part / 8));
    ok(growing.followed.consumed > bytes.length / 2);
    const whole = await readLog(bytes);
    let count = 0;
    for (const { address, size } of whole.liveCode()) {
      for (const at of [address, address + Math.floor(size / 2)]) {
        deepEqual(framesText(log!, at), framesText(whole, at), at.toString(16));
      }
      count++;
    }
    ok(count > 10, `${count} pieces`);
  });
}
