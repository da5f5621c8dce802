/**
 * Builds the npm package into npm/: the package, in npm/package, and the tarball of it.
 *
 *     deno task build:npm                       by `deno pack`
 *     JSR_URL=<registry> deno task build:npm    by dnt, which is on JSR
 *
 * Both make JavaScript and declarations of the modules; npm_package.ts describes the package. The
 * result of `deno pack` depends on the commit and the version of Deno only.
 */
import { fileURLToPath } from "node:url";

import { minify } from "npm:terser@5.44.0";

import bundles from "../../bundles/deno.json" with { type: "json" };
import configuration from "../../deno.json" with { type: "json" };
import { GENERATED } from "./bundles.ts";
import { reachableDeclarations } from "./declarations.ts";
import {
  librariesModule,
  libraryVersions,
  moduleName,
  type NpmPackage,
  npmPackage,
  packageJson,
} from "./npm_package.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The result of a build. */
export interface BuiltPackage {
  /** The path of the tarball. */
  tarball: string;
  /** The tarball's size in bytes. */
  size: number;
  /** The size of the files in it, in bytes. */
  unpackedSize: number;
}

/**
 * Compiles the modules of a package into JavaScript with declarations.
 *
 * @param described The package.
 * @param source A directory with its modules, and a deno.json without exports.
 * @param destination The directory for the result: each module at its path in the source.
 * @returns The names of the packages that the modules import from npm.
 */
export type Packer = (
  described: NpmPackage,
  source: string,
  destination: string,
) => Promise<string[]>;

/**
 * Builds the package.
 *
 * @param described The package.
 * @param output An empty directory.
 * @param pack Compiles the modules. @default {packByDeno}
 */
export async function buildNpm(
  described: NpmPackage,
  output: string,
  pack: Packer = packByDeno,
): Promise<BuiltPackage> {
  const destination = `${output}/package`;
  await Deno.mkdir(destination);
  const source = await Deno.makeTempDir({ prefix: "xperf-pack-" });
  try {
    await copySources(described, source);
    const imported = await pack(described, source, destination);
    const dependencies = await versionsOf(described);
    const unknown = imported.find((name) => !(name in dependencies));
    if (unknown !== undefined) {
      throw new Error(`Cannot build the npm package: "${unknown}" is imported, and is no library`);
    }
    await Deno.writeTextFile(
      `${destination}/package.json`,
      JSON.stringify(packageJson(described, dependencies), null, 2) + "\n",
    );
  } finally {
    await Deno.remove(source, { recursive: true });
  }
  for (const path of Object.values(described.commands)) {
    await Deno.chmod(`${destination}/${moduleName(path)}.js`, 0o755);
  }
  await removeDeclarations(described, destination);
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
  return { tarball: `${output}/${filename}`, size, unpackedSize };
}

/** The versions of the libraries, which are those that the tests have. */
async function versionsOf({ libraries }: NpmPackage): Promise<Record<string, string>> {
  const sources = await Promise.all(
    libraries.map(({ source }) => Deno.readTextFile(root + source)),
  );
  return Object.assign({}, ...sources.map(libraryVersions));
}

/** Copies the modules, with libraries to install in the place of those that are bundled. */
async function copySources({ libraries, documents }: NpmPackage, source: string): Promise<void> {
  await run("cp", ["-r", "mod.ts", "lib", "ffi", ...documents, source], root);
  for (const library of libraries) {
    await Deno.writeTextFile(
      `${source}/${library.module}`,
      librariesModule(await Deno.readTextFile(root + library.source), library.module),
    );
  }
  const { name, version, compilerOptions } = configuration;
  const publish = { include: ["mod.ts", "lib", "ffi/symbols.ts", "ffi/libraries.ts"] };
  const { imports } = bundles;
  await Deno.writeTextFile(
    `${source}/deno.json`,
    JSON.stringify({ name, version, compilerOptions, imports, publish }),
  );
}

/** Packs by `deno pack`, which takes the modules that deno.json exports. */
const packByDeno: Packer = async (described, source, destination) => {
  const { entryPoints, commands, programs } = described;
  const programPaths = [...Object.values(commands), ...programs];
  const exports = {
    ...entryPoints,
    ...Object.fromEntries(programPaths.map((path, i) => [`./program${i}`, path])),
  };
  const description = JSON.parse(await Deno.readTextFile(`${source}/deno.json`));
  await Deno.writeTextFile(`${source}/deno.json`, JSON.stringify({ ...description, exports }));
  // The sources are in the repository, so the packed modules need no source maps.
  const tarball = `${source}/package.tgz`;
  await run(
    Deno.execPath(),
    ["pack", "--quiet", "--allow-dirty", "--no-source-maps", "--output", tarball],
    source,
  );
  await run("tar", ["-xf", tarball, "--strip-components=1", "-C", destination], root);
  const packed = JSON.parse(await Deno.readTextFile(`${destination}/package.json`));
  return Object.keys(packed.dependencies);
};

/** Removes declarations of modules that users cannot import: dnt makes them of all modules. */
async function removeDeclarations(described: NpmPackage, directory: string): Promise<void> {
  const files = [...filesIn(directory, "")].filter((path) => path.endsWith(".d.ts"));
  const texts = new Map(
    await Promise.all(
      files.map(async (path) => [path, await Deno.readTextFile(`${directory}/${path}`)] as const),
    ),
  );
  const entries = Object.values(described.entryPoints).map((path) => `${moduleName(path)}.d.ts`);
  const kept = reachableDeclarations(entries, (path) => texts.get(path));
  for (const path of files) if (!kept.has(path)) await Deno.remove(`${directory}/${path}`);
}

function* filesIn(directory: string, base: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(`${directory}/${base}`)) {
    if (isDirectory) yield* filesIn(directory, `${base}${name}/`);
    else yield base + name;
  }
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
      const code = path.endsWith("/report/page/page.js")
        ? await minifyPage(path)
        : await minifyScript(text);
      // A bundle begins with the licences of what is in it.
      const notices = text.includes(GENERATED) ? /^(?:\/\/.*\n)*/.exec(text)![0] : "";
      await Deno.writeTextFile(path, `${notices}${code}\n`);
    } else if (name.endsWith(".ts") && !name.endsWith(".d.ts")) await Deno.remove(path);
  }
  if ([...Deno.readDirSync(directory)].length === 0) await Deno.remove(directory);
}

async function minifyScript(text: string): Promise<string> {
  const { code } = await minify(text, { module: true, keep_classnames: true, keep_fnames: true });
  return code!;
}

/** The module of the report's page: the script in the page is small too. */
async function minifyPage(path: string): Promise<string> {
  const { page } = await import(`file://${path}`) as { page: string };
  const [, before, script, after] = /^([^]*<script>)([^]*?)(<\/script>[^]*)$/.exec(page)!;
  const { code } = await minify(script!);
  return `export const page=${JSON.stringify(before! + code + after)};`;
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

/** The packer by dnt, where JSR_URL names a registry that has it; `undefined` elsewhere. */
async function dntPacker(): Promise<Packer | undefined> {
  if (!Deno.env.get("JSR_URL")) return undefined;
  // Not a literal: the module would be checked and loaded with this one, and needs that registry.
  const module = new URL("pack_by_dnt.ts", import.meta.url).href;
  return (await import(module)).packByDnt;
}

/**
 * Compares a package with the one of everyday builds. dnt's declarations have private parts of
 * types, so it has a few more of them.
 *
 * @throws {Error} If one has a file that the other lacks.
 */
async function compareWithEveryday(output: string): Promise<void> {
  const everyday = await Deno.makeTempDir({ prefix: "xperf-everyday-" });
  try {
    await buildNpm(npmPackage, everyday);
    const [ours, others] = [output, everyday].map((path) => [...filesIn(`${path}/package`, "")]);
    const lacking = others!.filter((path) => !ours!.includes(path));
    const more = ours!.filter((path) => !others!.includes(path) && !path.endsWith(".d.ts"));
    const different = [...lacking, ...more];
    if (different.length > 0) {
      throw new Error(`Cannot build the npm package: dnt and deno pack differ in ${different}`);
    }
  } finally {
    await Deno.remove(everyday, { recursive: true });
  }
}

if (import.meta.main) {
  const output = `${root}npm`;
  await Deno.remove(output, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.mkdir(output);
  const dnt = await dntPacker();
  const { tarball, size, unpackedSize } = await buildNpm(npmPackage, output, dnt);
  if (dnt !== undefined) await compareWithEveryday(output);
  console.log(`${tarball}: ${size} bytes, ${unpackedSize} unpacked`);
}
