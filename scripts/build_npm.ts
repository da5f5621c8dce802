/**
 * Builds the npm package into npm/: the tarball, and beside it the package as it unpacks.
 *
 *     deno task build:npm
 */
import { fileURLToPath } from "node:url";

import configuration from "../deno.json" with { type: "json" };

const root = fileURLToPath(new URL("..", import.meta.url));

async function run(command: string, args: string[]): Promise<void> {
  const { success } = await new Deno.Command(command, { args, cwd: root }).spawn().status;
  if (!success) throw new Error(`Cannot build the npm package: ${command} ${args[0]} failed`);
}

async function main(): Promise<void> {
  const name = configuration.name.replace("@", "").replace("/", "-");
  const tarball = `npm/${name}-${configuration.version}.tgz`;
  await Deno.remove(`${root}npm`, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.mkdir(`${root}npm`);
  // The sources are in the repository; what was packed needs no maps to them.
  await run(Deno.execPath(), ["pack", "--allow-dirty", "--no-source-maps", "--output", tarball]);
  await run("tar", ["--extract", "--file", tarball, "--directory", "npm"]);
  console.log(tarball);
}

if (import.meta.main) await main();
