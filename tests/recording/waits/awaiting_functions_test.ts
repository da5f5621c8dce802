import { deepEqual } from "node:assert/strict";

import { nameFunctions } from "../../../lib/recording/waits/awaiting_functions.ts";
import { type Wait, type WaitFrame, WaitKind } from "../../../lib/recording/waits/wait.ts";

const TEXT = `
interface Row { id: number }
await first();
class Store {
  async read(id: number): Promise<Row> { await null; return { id }; }
}
const routes = { get: async () => { await new Store().read(1); } };
list.forEach(async () => { await 1; }); list.forEach(async () => { await 2; });
`;

function named(frames: WaitFrame[], text: string | undefined): WaitFrame[] {
  const kind: Wait["kind"] = WaitKind.LEAF;
  const facts = { start: 0, settled: 1, end: 1, count: 1, kind, span: 0 };
  nameFunctions({ waits: [{ stack: frames, ...facts }] }, () => text);
  return frames;
}

const FRAMES = (): WaitFrame[] => [
  ["<anonymous>", "/app.ts", 3, 1],
  ["get", "/app.ts", 7, 37],
  ["read", "/app.ts", 5, 42],
  ["<anonymous>", "/app.ts", 8, 28],
  ["<anonymous>", "/app.ts", 8, 68],
];

Deno.test("nameFunctions() names functions as other reports do, and tells them apart", () => {
  const frames = named(FRAMES(), TEXT);
  deepEqual(frames.map(([name]) => name), [
    "<module>",
    "routes.get",
    "Store.read",
    "<anonymous>",
    "<anonymous>",
  ]);
  deepEqual(new Set(frames.map(([, , , , start]) => start)).size, 5);
  // Lines stay those of the awaits.
  deepEqual(frames.map(([, , line]) => line), [3, 7, 5, 8, 8]);
});

Deno.test("nameFunctions() keeps V8's names where the text is missing or none", () => {
  deepEqual(named(FRAMES(), undefined), FRAMES());
  deepEqual(named(FRAMES(), "enum A { B }\nconst ("), FRAMES());
});
