/*
 * `util.getCallSites` of Node returns what it returns without us.
 */
import { equal, match } from "node:assert/strict";

import { Workplace } from "../../support/command_process.ts";
import { testNeeding } from "../../support/needing.ts";
import {
  obstacleOfRuntime,
  OTHER_RUNTIMES,
  runCommand,
  runtimeProgram,
} from "../../support/other_runtime.ts";

const preload = import.meta.resolve("../../../lib/preload.ts");

const PROGRAM = `
import * as util from "node:util";
import { getCallSites } from "node:util";
const show = (sites) => console.log(JSON.stringify(sites.map(({ scriptId, ...site }) => [typeof scriptId, site])), Object.getPrototypeOf(sites[0]));
function sites(...args) { return getCallSites(...args); }
class Caller { method() { return sites(2); } }
const later = async () => { await null; return [1].map(() => util.getCallSites(2)); };
show(sites(1)); show(new Caller().method()); show((await later())[0]); show(sites(2, { sourceMap: false }));
show((function deep(n) { return n ? deep(n - 1) : getCallSites(); })(30));
for (const args of [[0], [201], ["a"], [1.5], [null], [1, null], [{ sourceMap: 1 }]]) {
  try { console.log(args, sites(...args).length); } catch (error) { console.log(error.message); }
}
console.log(sites(200).filter(({ scriptName }) => scriptName.startsWith("file:")).length, getCallSites.name, getCallSites.length, util.default.getCallSites === getCallSites);
`;

for (const runtime of OTHER_RUNTIMES) {
  if (runtime === "node20" || runtime === "bun") continue;
  for (const support of ["", "1"]) {
    testNeeding(
      obstacleOfRuntime(runtime),
      `util.getCallSites() is as without us in ${runtime}, ${support ? "active" : "inactive"}`,
      async () => {
        await using place = new Workplace();
        place.write("main.mjs", PROGRAM);
        const flags = support ? ["--allow-natives-syntax"] : [];
        const [plain, hooked] = await Promise.all(
          [[], ["--import", preload]].map((preloads) =>
            runCommand([runtimeProgram(runtime), ...flags, ...preloads, "main.mjs"], {
              cwd: place.path,
              env: { JS_PERF_SUPPORT: support },
            })
          ),
        );
        match(plain!.stdout, /"functionName":"sites"/);
        equal(hooked!.stdout, plain!.stdout, hooked!.stderr);
      },
    );
  }
}
