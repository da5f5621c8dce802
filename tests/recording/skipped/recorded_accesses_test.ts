import { deepEqual, equal } from "node:assert/strict";

import { codeFrame, type Frame } from "../../../lib/recording/frame.ts";
import {
  megamorphicAccess,
  RecordedAccesses,
} from "../../../lib/recording/skipped/recorded_accesses.ts";
import { withoutPlace } from "../../../lib/recording/skipped/innermost_call.ts";
import { at, inlined, LOAD, recorded, SOURCE } from "../../support/caused.ts";

const MAIN = at("main 2:3");

Deno.test("megamorphicAccess() reads the access off a builtin's name", () => {
  const accessOf = (name: string) => megamorphicAccess(codeFrame("builtin", name));
  deepEqual(accessOf("LoadIC_Megamorphic"), { isKeyed: false, isStore: false });
  deepEqual(accessOf("KeyedLoadICTrampoline_Megamorphic"), { isKeyed: true, isStore: false });
  deepEqual(accessOf("StoreIC_Megamorphic"), { isKeyed: false, isStore: true });
  equal(accessOf("LoadIC"), undefined);
  equal(megamorphicAccess({ ...LOAD, module: "" }), undefined);
});

Deno.test("RecordedAccesses.sitesOf() has the accesses of a function, with its inlined functions", () => {
  const recording = recorded([
    [[MAIN, at("outer 9:1"), at("widths 5:18", inlined)], 90],
    [[MAIN, at("widths 5:18"), LOAD], 10],
  ]);
  const accesses = RecordedAccesses.of(recording)!;
  const load = { isKeyed: false, isStore: false };
  const shown = (fn: Frame) =>
    accesses.sitesOf(fn, load).map(({ frames, line }) => [frames.map(({ name }) => name), line]);
  deepEqual(shown(at("outer 9:1")), [[["outer", "widths"], 5]]);
  deepEqual(shown(at("widths 1:1")), [[["widths"], 5]]);
  deepEqual(shown(MAIN), []);
});

Deno.test("RecordedAccesses.accessOf() is the access that a function of the program has made", () => {
  const accesses = RecordedAccesses.of(recorded([[[MAIN, LOAD], 1], [[MAIN], 1]]))!;
  const found = (frames: Frame[]) => accesses.accessOf(frames)?.found;
  deepEqual(found([MAIN, at("widths 5:18"), LOAD]), {
    isKeyed: false,
    isStore: false,
    isCall: false,
  });
  equal(found([MAIN, at("widths 5:3"), LOAD]), undefined);
  equal(accesses.accessOf([MAIN, withoutPlace(at("widths 5:18")), LOAD])?.found, undefined);
  // A getter that the builtin has called runs by itself.
  equal(accesses.accessOf([MAIN, at("widths 5:18"), LOAD, at("width 9:1")]), undefined);
  equal(RecordedAccesses.of(recorded([[[MAIN], 1]])), undefined);
  equal(SOURCE.split("\n")[4], "  return all.one.width + all.length;");
});
