import { equal } from "node:assert/strict";

import { Workplace } from "../support/command_process.ts";
import { namespaces, overTmp } from "../support/file_system.ts";
import { testNeeding } from "../support/needing.ts";

testNeeding(namespaces, "overTmp() keeps this repository wherever it is", async () => {
  // A file of the repository for the case that it is elsewhere, and a directory in /tmp for the other.
  const modules = [
    import.meta.resolve("../../mod.ts"),
    import.meta.resolve("../../lib/preload.ts"),
  ];
  await using checkout = new Workplace();
  await using place = new Workplace();
  checkout.write("lib/preload.ts", "");
  const files = [...modules.map((url) => new URL(url).pathname), `${checkout.path}/lib/preload.ts`];
  const needed = [new URL(import.meta.resolve("../..")).pathname, checkout.path];
  const script = `${overTmp("size=64k")} cat "$1" > /dev/null && cat "$2" > /dev/null && echo both`;
  const own = await run(script, files, place);
  equal(own, "both\n");
  const other = await run(`${overTmp("size=64k", needed)} cat "$3" && echo third`, files, place);
  equal(other, "third\n");
});

async function run(script: string, files: readonly string[], place: Workplace): Promise<string> {
  const { stdout, stderr } = await new Deno.Command("unshare", {
    args: ["--mount", "sh", "-c", script, "sh", ...files],
    cwd: place.path,
  }).output();
  const text = new TextDecoder();
  equal(text.decode(stderr), "");
  return text.decode(stdout);
}
