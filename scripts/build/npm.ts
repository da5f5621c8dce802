/**
 * Builds the npm package into npm/: the package, in npm/package, and the tarball of it.
 *
 *     deno task build:npm
 *
 * The builder is dnt where JSR can be reached, otherwise `deno pack`. npm_package.ts describes the
 * package to both.
 */
import { fileURLToPath } from "node:url";

import { minify } from "npm:terser@5.44.0";

import { librariesModule, type NpmPackage, npmPackage, packageJson } from "./npm_package.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The result of a build. */
export interface BuiltPackage {
  /** The path of the tarball. */
  tarball: string;
  /** The tarball's size in bytes. */
  size: number;
  /** The size of the files in it, in bytes. */
  unpackedSize: number;
  /** The builder. */
  builder: "dnt" | "deno pack";
}

/**
 * Builds the package.
 *
 * @param described The package.
 * @param output An empty directory.
 */
export async function buildNpm(described: NpmPackage, output: string): Promise<BuiltPackage> {
  const destination = `${output}/package`;
  await Deno.mkdir(destination);
  const dnt = await import("jsr:@deno/dnt@0.42.3").catch((error: Error) => {
    console.error(`no dnt: ${error.message.split("\n")[0]}`);
    return undefined;
  });
  if (dnt === undefined) await buildByPack(described, destination);
  else await buildByDnt(dnt.build, described, destination);
  const modules = dnt === undefined ? destination : `${destination}/esm`;
  const { module } = described.libraries;
  await Deno.writeTextFile(
    `${modules}/${module}`,
    librariesModule(described, await Deno.readTextFile(root + module)),
  );
  await makeSmall(destination, described.readable.map(moduleName));
  for (const document of described.documents) {
    await Deno.copyFile(root + document, `${destination}/${document}`);
  }
  const listing = await run(
    "npm",
    ["pack", "--json", "--pack-destination", ".", "./package"],
    output,
  );
  const [{ filename, size, unpackedSize }] = JSON.parse(listing);
  const builder = dnt === undefined ? "deno pack" : "dnt";
  return { tarball: `${output}/${filename}`, size, unpackedSize, builder };
}

/** Builds with `deno pack`. It packs only modules that deno.json exports, so a copy exports all. */
async function buildByPack(described: NpmPackage, destination: string): Promise<void> {
  const source = await Deno.makeTempDir({ prefix: "xperf-pack-" });
  try {
    const configuration = JSON.parse(await Deno.readTextFile(`${root}deno.json`));
    const { entryPoints, commands, programs, assets } = described;
    const programPaths = [...Object.values(commands), ...programs];
    configuration.exports = {
      ...entryPoints,
      ...Object.fromEntries(programPaths.map((path, i) => [`./program${i}`, path])),
    };
    configuration.publish = { include: ["mod.ts", "lib", "ffi/symbols.ts", "ffi/prebuilt"] };
    await run("cp", ["-r", "mod.ts", "lib", "ffi", ...described.documents, source], root);
    await Deno.writeTextFile(`${source}/deno.json`, JSON.stringify(configuration));
    // The sources are in the repository, so the packed modules need no source maps.
    const tarball = `${source}/package.tgz`;
    await run(
      Deno.execPath(),
      ["pack", "--quiet", "--allow-dirty", "--no-source-maps", "--output", tarball],
      source,
    );
    await run("tar", ["-xf", tarball, "--strip-components=1", "-C", destination], root);
    for (const asset of assets) await Deno.stat(`${destination}/${asset}`);
    const packed = JSON.parse(await Deno.readTextFile(`${destination}/package.json`));
    await writePackageJson(
      destination,
      packageJson(described, (module) => `./${moduleName(module)}`, packed.dependencies),
    );
    for (const path of Object.values(commands)) {
      await Deno.chmod(`${destination}/${moduleName(path)}.js`, 0o755);
    }
  } finally {
    await Deno.remove(source, { recursive: true });
  }
}

/** Builds with dnt, which writes package.json itself, and puts the modules into esm/. */
async function buildByDnt(
  build: (options: Record<string, unknown>) => Promise<void>,
  described: NpmPackage,
  destination: string,
): Promise<void> {
  const { entryPoints, commands, programs, assets } = described;
  await build({
    entryPoints: [
      ...Object.entries(entryPoints).map(([name, path]) => ({ name, path })),
      ...Object.entries(commands).map(([name, path]) => ({ kind: "bin", name, path })),
      ...programs.map((path, i) => ({ name: `./program${i}`, path })),
    ],
    outDir: destination,
    scriptModule: false,
    test: false,
    typeCheck: false,
    skipSourceOutput: true,
    sourceMap: false,
    shims: {},
    package: { name: described.name, version: described.version },
    compilerOptions: { lib: ["ESNext", "DOM"], target: "ES2023" },
  });
  for (const asset of assets) {
    const path = `${destination}/esm/${asset}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.copyFile(root + asset, path);
  }
  const built = JSON.parse(await Deno.readTextFile(`${destination}/package.json`));
  await writePackageJson(
    destination,
    packageJson(
      described,
      (module) => `./esm/${moduleName(module)}`,
      built.dependencies,
    ),
  );
}

async function writePackageJson(
  directory: string,
  content: Record<string, unknown>,
): Promise<void> {
  await Deno.writeTextFile(`${directory}/package.json`, JSON.stringify(content, null, 2) + "\n");
}

/**
 * Minifies the modules, and removes those that no entry point leads to. Names of functions and
 * classes are kept, because stacks show them. The documentation stays in the declarations.
 *
 * @param kept Modules that are not minified.
 */
async function makeSmall(directory: string, kept: readonly string[]): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const path = `${directory}/${name}`;
    if (isDirectory) await makeSmall(path, kept);
    else if (name.endsWith(".js")) {
      if (kept.some((module) => path.endsWith(`/${module}.js`))) continue;
      const text = await Deno.readTextFile(path);
      const { code } = await minify(text, {
        module: true,
        keep_classnames: true,
        keep_fnames: true,
        // The comments of a bundle are the licences of its libraries.
        format: { comments: text.includes("// Generated by") ? "all" : false },
      });
      await Deno.writeTextFile(path, `${code}\n`);
    } else if (name.endsWith(".ts") && !name.endsWith(".d.ts")) await Deno.remove(path);
  }
  if ([...Deno.readDirSync(directory)].length === 0) await Deno.remove(directory);
}

/** A module's path from the root, without its extension. */
function moduleName(path: string): string {
  return path.replace(/^\.\//, "").replace(/\.ts$/, "");
}

/** Runs a command to its end, and returns its output. */
async function run(command: string, args: string[], cwd: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, cwd }).output();
  const text = new TextDecoder();
  if (!success) {
    throw new Error(
      `Cannot build the npm package: ${command} ${args[0]} failed: ${text.decode(stderr)}`,
    );
  }
  return text.decode(stdout);
}

if (import.meta.main) {
  const output = `${root}npm`;
  await Deno.remove(output, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.mkdir(output);
  const { tarball, size, unpackedSize, builder } = await buildNpm(npmPackage, output);
  console.log(`${tarball}, built by ${builder}: ${size} bytes, ${unpackedSize} unpacked`);
}
