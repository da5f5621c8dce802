import bundles from "../../bundles/deno.json" with { type: "json" };
import configuration from "../../deno.json" with { type: "json" };
import { GENERATED } from "./bundles.ts";

/** A description of the npm package. */
export interface NpmPackage {
  /** The name on npm. */
  name: string;
  /** The version. */
  version: string;
  /** Modules that programs import, by the name behind the package's. */
  entryPoints: Readonly<Record<string, string>>;
  /** Modules that are commands, by the command's name. */
  commands: Readonly<Record<string, string>>;
  /** Modules that are not imported, but started as programs. */
  programs: readonly string[];
  /** Modules that are not minified, because users look at their functions. */
  readable: readonly string[];
  /** Modules that bundle libraries; and their sources, whose libraries npm installs instead. */
  libraries: readonly { module: string; source: string }[];
  /** Files for people to read. */
  documents: readonly string[];
  /** Further fields of package.json. */
  metadata: Readonly<Record<string, unknown>>;
}

/** The package. */
export const npmPackage: NpmPackage = {
  name: configuration.name,
  version: configuration.version,
  entryPoints: configuration.exports,
  // The name is not `perf`, because npm would put it in front of the real perf on PATH.
  commands: { "js-perf": "./lib/command/main.ts" },
  programs: [
    "./lib/demo.ts",
    "./lib/heap_preload.ts",
    "./lib/sampler_preload.ts",
  ],
  readable: ["./lib/demo.ts"],
  libraries: [
    { module: "./lib/source/libraries.js", source: "./bundles/libraries.ts" },
    {
      module: "./lib/report/causes/regexp_analysis.js",
      source: "./bundles/regexp_analysis.ts",
    },
  ],
  documents: ["README.md", "LICENSE", "CHANGELOG.md"],
  metadata: {
    description: "Linux perf support for JavaScript and TypeScript: your functions in perf report",
    keywords: ["perf", "profiling", "linux", "trampoline", "jitdump"],
    license: configuration.license,
    type: "module",
    engines: { node: "^20.16 || >=22.3" },
  },
};

/** A module's path from the root, without its extension. */
export function moduleName(path: string): string {
  return path.replace(/^\.\//, "").replace(/\.ts$/, "");
}

/**
 * Makes the content of package.json.
 *
 * @param described The package.
 * @param dependencies The packages that the modules import from npm, with their versions.
 */
export function packageJson(
  described: NpmPackage,
  dependencies: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const { name, version, metadata, entryPoints, commands } = described;
  const targets = Object.entries(entryPoints).map(([entry, module]) => {
    const path = `./${moduleName(module)}`;
    return [entry, { types: `${path}.d.ts`, default: `${path}.js` }] as const;
  });
  return {
    name,
    version,
    ...metadata,
    exports: { ...Object.fromEntries(targets), "./package.json": "./package.json" },
    // For resolvers that do not know `exports`.
    types: Object.fromEntries(targets)["."]!.types,
    typesVersions: {
      "*": Object.fromEntries(
        targets.filter(([entry]) => entry !== ".")
          .map(([entry, { types }]) => [entry.slice(2), [types]]),
      ),
    },
    bin: Object.fromEntries(
      Object.entries(commands).map(([command, module]) => [
        command,
        `./${moduleName(module)}.js`,
      ]),
    ),
    dependencies,
  };
}

/**
 * Returns the module of the libraries for npm, which imports them instead of bundling them.
 *
 * @param source The module in bundles/ that is bundled elsewhere: it exports from packages only.
 * @param module Its path in the package.
 */
export function librariesModule(source: string, module: string): string {
  const types = module.replace(/^.*\//, "./").replace(/\.js$/, ".d.ts");
  const text = source.replace(/\/\*[^]*?\*\/\s*/g, "");
  return `// @ts-self-types="${types}"\n${GENERATED}\n${text}`;
}

/**
 * The packages that a module in bundles/ exports from, and their versions.
 *
 * @param source Its text.
 */
export function libraryVersions(source: string): Record<string, string> {
  return Object.fromEntries([...source.matchAll(/ from "([^"]+)";/g)].map(([, name]) => {
    const specifier = (bundles.imports as Record<string, string>)[name!];
    const version = /^npm:.+@(.+)$/.exec(specifier ?? "")?.[1];
    if (version === undefined) {
      throw new Error(`Cannot find the version of "${name}": it is not in bundles/deno.json`);
    }
    return [name!, version];
  }));
}
