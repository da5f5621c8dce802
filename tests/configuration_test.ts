import { deepEqual } from "node:assert/strict";

import configuration from "../deno.json" with { type: "json" };

Deno.test("deno.json names no package that `deno task` would fetch before it runs anything", () => {
  const remote = Object.values(configuration.imports).filter((address) =>
    !address.startsWith("./")
  );
  deepEqual(remote, []);
});
