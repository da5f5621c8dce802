/**
 * Builds the npm package into npm/: the package, in npm/package, and the tarball of it.
 *
 *     deno task build:npm
 *
 * `deno pack` makes JavaScript and declarations of the modules; npm_package.ts describes the
 * package. The result depends on the commit and the version of Deno only.
 */
import { fileURLToPath } from "node:url";

import { minify } from "npm:terser@5.44.0";

import { GENERATED } from "./bundles.ts";
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
 * Builds the package.
 *
 * @param described The package.
 * @param output An empty directory.
 */
export async function buildNpm(described: NpmPackage, output: string): Promise<BuiltPackage> {
  const destination = `${output}/package`;
  await Deno.mkdir(destination);
  await pack(described, destination);
  for (const { module, source } of described.libraries) {
    await Deno.writeTextFile(
      `${destination}/${module}`,
      librariesModule(await Deno.readTextFile(root + source)),
    );
  }
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

/** `deno pack` takes the modules that deno.json exports, so it gets a copy that exports all. */
async function pack(described: NpmPackage, destination: string): Promise<void> {
  const source = await Deno.makeTempDir({ prefix: "xperf-pack-" });
  try {
    const configuration = JSON.parse(await Deno.readTextFile(`${root}deno.json`));
    const { entryPoints, commands, programs } = described;
    const programPaths = [...Object.values(commands), ...programs];
    configuration.exports = {
      ...entryPoints,
      ...Object.fromEntries(programPaths.map((path, i) => [`./program${i}`, path])),
    };
    configuration.publish = { include: ["mod.ts", "lib", "ffi/symbols.ts", "ffi/libraries.ts"] };
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
    const packed = JSON.parse(await Deno.readTextFile(`${destination}/package.json`));
    const sources = await Promise.all(
      described.libraries.map(({ source }) => Deno.readTextFile(root + source)),
    );
    const versions = Object.assign({}, ...sources.map(libraryVersions));
    const content = packageJson(described, versions, packed.dependencies);
    await Deno.writeTextFile(
      `${destination}/package.json`,
      JSON.stringify(content, null, 2) + "\n",
    );
    for (const path of Object.values(commands)) {
      await Deno.chmod(`${destination}/${moduleName(path)}.js`, 0o755);
    }
  } finally {
    await Deno.remove(source, { recursive: true });
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

if (import.meta.main) {
  const output = `${root}npm`;
  await Deno.remove(output, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.mkdir(output);
  const { tarball, size, unpackedSize } = await buildNpm(npmPackage, output);
  console.log(`${tarball}: ${size} bytes, ${unpackedSize} unpacked`);
}
