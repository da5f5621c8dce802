import { deepEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";

import { isOwnFile } from "../../lib/source/own_module.ts";

const own = (path: string) => fileURLToPath(import.meta.resolve(`../../${path}`));

Deno.test("isOwnFile() is true of this package's modules and of the script that Node requires", () => {
  const files: [file: string, isOwn: boolean][] = [
    [own("mod.ts"), true],
    [own("lib/preload.ts"), true],
    [own("lib/command/cli.ts"), false],
    [own("lib/demo.ts"), false],
    ["/tmp/xperf-v8-0/4711-1796047816139/preload.cjs", true],
    ["/home/me/preload.cjs", false],
    ["/home/me/node_modules/@x/perf/lib/preload.js", true],
  ];
  deepEqual(files.map(([file]) => [file, isOwnFile(file)]), files);
});
