import configuration from "../../deno.json" with { type: "json" };
import { LIBRARIES } from "./libraries.ts";

/** The description of the npm package, for every builder. */
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
  /**
   * The module that bundles libraries, and the names it uses of each; npm installs them instead.
   */
  libraries: { module: string; packages: Readonly<Record<string, string>> };
  /** Files that modules read at run time, as paths from the root. */
  assets: readonly string[];
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
    "./lib/worker_entry.ts",
    "./lib/sampler_preload.ts",
  ],
  readable: ["./lib/demo.ts"],
  libraries: { module: "./lib/source/libraries.js", packages: LIBRARIES },
  assets: ["ffi/prebuilt/libxperf-x86_64.so", "ffi/prebuilt/libxperf-aarch64.so"],
  documents: ["README.md", "LICENSE", "CHANGELOG.md"],
  metadata: {
    description: "Linux perf support for JavaScript and TypeScript: your functions in perf report",
    keywords: ["perf", "profiling", "linux", "trampoline", "jitdump"],
    license: configuration.license,
    type: "module",
    engines: { node: ">=20" },
  },
};

/**
 * Returns the content of package.json, as far as it does not depend on the builder.
 *
 * @param described The package.
 * @param placed Returns the path at which the builder has put a module, without its extension.
 * @param imported The packages that the builder found in imports, with their versions.
 */
export function packageJson(
  described: NpmPackage,
  placed: (module: string) => string,
  imported: Readonly<Record<string, string>> = {},
): Record<string, unknown> {
  const { name, version, metadata, entryPoints, commands } = described;
  const targets = Object.entries(entryPoints).map(([entry, module]) => {
    const path = placed(module);
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
      Object.entries(commands).map(([command, module]) => [command, `${placed(module)}.js`]),
    ),
    dependencies: {
      ...imported,
      ...Object.fromEntries(
        Object.keys(described.libraries.packages).map((library) => splitVersion(library)),
      ),
    },
  };
}

/**
 * Returns the module of the libraries for npm, which imports them instead of bundling them.
 *
 * @param bundled The bundle. Its notices are kept, because they are for other modules too.
 */
export function librariesModule(described: NpmPackage, bundled: string): string {
  const notices = /^(?:\/\/.*\n)*/.exec(bundled)![0];
  const imports = Object.entries(described.libraries.packages).map(([library, used]) =>
    `export ${used} from "${splitVersion(library)[0]}";\n`
  );
  return notices + imports.join("");
}

/** Splits `@a/b@1.2.3` into its two parts. */
function splitVersion(library: string): [name: string, version: string] {
  const at = library.lastIndexOf("@");
  return [library.slice(0, at), library.slice(at + 1)];
}
