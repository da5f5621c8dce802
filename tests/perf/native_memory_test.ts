import { equal, match } from "node:assert/strict";

import {
  hugePagesWarning,
  nativeMemoryEvent,
  nativeMemoryPage,
} from "../../lib/perf/native_memory.ts";
import { Workplace } from "../support/command_process.ts";

Deno.test("nativeMemoryEvent() samples page faults by bytes, and its name has the page's size", () => {
  equal(nativeMemoryEvent(65536, 4096), "page-faults/name=native-memory-4096,period=16/");
  equal(nativeMemoryEvent(16, 65536), "page-faults/name=native-memory-65536,period=1/");
  match(nativeMemoryEvent(1 << 20), /^page-faults\/name=native-memory-\d+,period=\d+\/$/);
});

Deno.test("nativeMemoryPage() reads that size, and takes no other event for it", () => {
  equal(nativeMemoryPage("native-memory-4096"), 4096);
  equal(nativeMemoryPage("native-memory-65536:u"), 65536);
  for (const name of ["page-faults", "native-memory", "native-memory-0", "native-memory-4096x"]) {
    equal(nativeMemoryPage(name), undefined, name);
  }
});

Deno.test("hugePagesWarning() warns where the kernel always gives large pages", async () => {
  await using place = new Workplace();
  const choice = (text: string) => hugePagesWarning(place.write("enabled", text));
  match(choice("[always] madvise never\n")!, /^warning: .*far too small: echo madvise/);
  equal(choice("always [madvise] never\n"), undefined);
  equal(hugePagesWarning(`${place.path}/none`), undefined);
});
