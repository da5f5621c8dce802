/*
 * Tests of this engine alone; engine_test.ts has the tests of all engines.
 */
import { equal, match, ok } from "node:assert/strict";

import type { RunDeep } from "../../lib/base/machine_code.ts";
import { loadNativeLibrary } from "../../lib/native/native_library.ts";
import { DeclaringEngine } from "../support/engines.ts";

Deno.test("NativeEngine declares code with the library's size", () => {
  const host = called();
  equal(host.declared[0]!.code.size, loadNativeLibrary().xp_trampoline_size());
  equal(host.declared[0]!.code.byV8, undefined);
});

Deno.test("NativeEngine maps memory that is never writable and executable at once", async () => {
  const { address } = called().declared[0]!.code;
  const maps = await Deno.readTextFile("/proc/self/maps");
  const mapping = maps.split("\n").find((line) => {
    const [start, end] = line.split(" ")[0]!.split("-").map((part) => BigInt(`0x${part}`));
    return end !== undefined && start! <= BigInt(address) && BigInt(address) < end;
  });
  // Anonymous: no name follows the inode.
  match(mapping!, /^[0-9a-f-]+ r-xp 00000000 00:00 0 *$/);
});

Deno.test("NativeEngine calls plainly where trampolines would take too much stack", () => {
  const host = called();
  const { few, many } = descend(host);
  equal(few, 10);
  ok(many > 40 && many < 600, `${many} of 600`);
});

Deno.test("NativeEngine passes a call beyond the stack budget to its host, once", () => {
  let deep = 0;
  let isDeep = false;
  const host = called((body) => {
    deep++;
    isDeep = true;
    body();
    isDeep = false;
  });
  const { many } = descend(host, () => isDeep);
  ok(many > 40 && many < 600, `${many} of 600`);
  equal(deep, 1);
});

/** Counts the trampolines on the stack of 10 nested calls, and of 600. */
function descend(host: DeclaringEngine, isOff = () => false): { few: number; many: number } {
  const down = (levels: number): unknown => {
    if (levels === 0) return host.idsOnStack().length;
    return isOff() ? down(levels - 1) : host.engine.entries.e1(0, down, undefined, levels - 1);
  };
  return { few: down(10) as number, many: down(600) as number };
}

/** An engine with one trampoline, of function 0, which takes one argument. */
function called(runDeep?: RunDeep): DeclaringEngine {
  const host = new DeclaringEngine("native", { runDeep });
  host.prepare(1);
  host.engine.entries.e1(0, () => {}, undefined, 0);
  return host;
}
