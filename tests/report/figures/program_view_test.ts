import { deepEqual, equal } from "node:assert/strict";

import { programView } from "../../../lib/report/figures/program_view.ts";
import { sharesOf } from "../../../lib/report/figures/shares.ts";
import { programRecording } from "../../support/program_recording.ts";

const LIB = "/c/npm/registry.npmjs.org/lib/1.2.3/x.js";

Deno.test("programView() has one frame for a package where the program's own code takes the time", () => {
  const view = programView(programRecording([
    { stack: "native/main work:/a.ts:1@2,3", times: 6 },
    { stack: `work:/a.ts:1@3,3 f:${LIB}:1@1,1 native/memmove`, times: 2 },
    { stack: `work:/a.ts:1@3,3 g:${LIB}:5@6,1`, times: 1 },
    { stack: "native/main", times: 4 },
  ]));
  equal(view.showsPackages, false);
  const { app, functions, lines } = sharesOf(view);
  equal(app, 9e6);
  deepEqual(functions.map(({ name, self, total }) => [name, self, total]), [
    ["work", 6e6, 9e6],
    ["lib@1.2.3", 3e6, 3e6],
  ]);
  deepEqual(lines.map(({ file, line }) => `${file}:${line}`), ["/a.ts:2", "/a.ts:3"]);
});

Deno.test("programView() shows the functions of packages where nothing else takes the time", () => {
  const view = programView(programRecording([
    { stack: "main:/a.ts:1", times: 1 },
    { stack: `main:/a.ts:1 f:${LIB}:1`, times: 2 },
    { stack: `g:${LIB}:5`, times: 1 },
  ]));
  equal(view.showsPackages, true);
  equal(view.ownShare, 0.25);
  deepEqual([...view.packages], [["lib@1.2.3", 3e6]]);
  deepEqual(sharesOf(view).functions.map(({ name, self }) => [name, self]), [
    ["f", 2e6],
    ["main", 1e6],
    ["g", 1e6],
  ]);
});
