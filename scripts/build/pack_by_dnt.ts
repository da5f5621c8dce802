/*
 * Compiles the modules of the npm package by dnt. dnt is on JSR only, so npm.ts loads this module
 * where JSR_URL names a registry, and `deno task ok` leaves it out. With a registry:
 *
 *     JSR_URL=<registry> deno check --no-config --no-lock scripts/build/pack_by_dnt.ts
 */
import { build } from "jsr:@deno/dnt@^0.43.2";

import type { Packer } from "./npm.ts";
import { moduleName } from "./npm_package.ts";

/** Packages with the types of the runtimes' globals, and their versions. */
const TYPES = { "@types/deno": "2.7.0", "@types/node": "24.10.1" };

/** The packer by dnt. */
export const packByDnt: Packer = async (described, source, destination) => {
  const { entryPoints, commands, programs } = described;
  const paths = [...Object.values(commands), ...programs];
  const output = `${source}/dnt`;
  await build({
    cwd: source,
    entryPoints: [
      ...Object.entries(entryPoints).map(([name, path]) => ({ name, path })),
      ...paths.map((path) => ({ name: `./${moduleName(path)}`, path })),
    ],
    outDir: output,
    shims: {},
    scriptModule: false,
    test: false,
    skipSourceOutput: true,
    compilerOptions: { target: "Latest", lib: ["ESNext", "DOM", "DOM.Iterable"] },
    package: { name: described.name, version: described.version, devDependencies: TYPES },
  });
  for await (const { name } of Deno.readDir(`${output}/esm`)) {
    if (name !== "package.json") {
      await Deno.rename(`${output}/esm/${name}`, `${destination}/${name}`);
    }
  }
  const { dependencies } = JSON.parse(await Deno.readTextFile(`${output}/package.json`));
  return Object.keys(dependencies);
};
