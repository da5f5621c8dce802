import { deepEqual, equal } from "node:assert/strict";

import { V8Code } from "../../lib/recording/v8_code.ts";
import { V8Log } from "../../lib/v8_log/v8_log.ts";

/** A log in which a function has an address from a time on, in µs. */
async function logWith(name: string, address: number, time: number): Promise<V8Log> {
  const text = [
    "v8-version,15,0,245,2,-rusty,0",
    `code-creation,JS,13,${time},0x${
      address.toString(16)
    },256,${name} file:///app.ts:1:10,0x1234,*`,
    "",
  ].join("\n");
  const bytes = new TextEncoder().encode(text);
  return await V8Log.read({
    path: `/logs/isolate-0x1-7-7-0.log`,
    size: () => bytes.length,
    read: (offset, length) => bytes.subarray(offset, offset + length),
    // The line was complete at the time of its stamp.
  }, { polls: [[0, 1e3 * time, bytes.length]] });
}

const namesAt = (code: V8Code, pid: number, time: number) =>
  code.framesAt(pid, 0x1010, time, false)?.frames?.map(({ name }) => name);

Deno.test("V8Code resolves by process, and by the isolate with the newest code", async () => {
  const logs = [await logWith("first", 0x1000, 100), await logWith("second", 0x1000, 5_000)];
  const code = new V8Code([{ pid: 7, logs }]);
  deepEqual(namesAt(code, 7, 1e3 * 2_000), ["first"]);
  deepEqual(namesAt(code, 7, 1e3 * 9_000), ["second"]);
  equal(namesAt(code, 8, 1e3 * 9_000), undefined);
  const { from, to } = code.framesAt(7, 0x1010, 1e3 * 2_000, false)!;
  equal(from <= 1e3 * 2_000 && to <= 1e3 * 5_000 && to > 1e3 * 2_000, true);
});

Deno.test("V8Code resolves a return address to the call in front of it", async () => {
  const code = new V8Code([{ pid: 7, logs: [await logWith("f", 0x1000, 0)] }]);
  const at = (address: number, isCaller: boolean) =>
    code.framesAt(7, address, 1e6, isCaller)?.frames?.length;
  equal(at(0x1100, true), 1);
  equal(at(0x1100, false), undefined);
  equal(at(0x1000, false), 1);
  equal(at(0x1000, true), undefined);
});

Deno.test("V8Code converts the recording's clock to V8's, and gives our own code no names", async () => {
  const logs = [await logWith("f", 0x1000, 100)];
  const code = new V8Code([{ pid: 7, logs }], {
    toMonotonic: (time) => time + 1e9,
    fromMonotonic: (time) => time - 1e9,
    isOwn: (file) => file === "/app.ts",
  });
  const found = code.framesAt(7, 0x1010, 1e6 - 1e9, false)!;
  deepEqual(found.frames!.map(({ name, module }) => [name, module]), [["", "[@x/perf]"]]);
});
