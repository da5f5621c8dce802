import { deepEqual, equal } from "node:assert/strict";

import { CodePlaces } from "../../../lib/recording/built_in/code_places.ts";

const OLD = `\
1000-2000 r-xp 00000000 fe:00 1 /lib/old.so
5000-6000 r-xp 00000000 fe:00 1 /lib/gone.so
`;
const NEW = `\
1000-3000 r-xp 00000000 fe:00 2 /lib/new.so
7000-8000 r-xp 00000000 00:00 0 [vdso]
`;

Deno.test("CodePlaces names generated code by the perf map, and all other by its file", () => {
  const opened: string[] = [];
  const places = new CodePlaces(
    {
      pid: 42,
      maps: [OLD, NEW],
      map: "9000 20 js::foo:/a.ts:1\n9020 10 js::bar:/a.ts:2\nno line\n9040 10",
    },
    (path) => {
      opened.push(path);
      return undefined;
    },
  );
  deepEqual([0x9000, 0x901f, 0x9020, 0x9030].map((address) => places.at(address).symbol), [
    "js::foo:/a.ts:1",
    "js::foo:/a.ts:1",
    "js::bar:/a.ts:2",
    "",
  ]);
  equal(places.at(0x9000).module, "/tmp/perf-42.map");
  deepEqual(places.at(0x8fff), { symbol: "", module: "/tmp/perf-42.map" });
  // The mapping that was seen last counts.
  deepEqual(places.at(0x1800), { symbol: "", module: "/lib/new.so" });
  deepEqual(places.at(0x5800), { symbol: "", module: "/lib/gone.so" });
  deepEqual(places.at(0x7800), { symbol: "", module: "[vdso]" });
  places.at(0x1900);
  deepEqual(opened, ["/lib/new.so", "/lib/gone.so"]);
});
