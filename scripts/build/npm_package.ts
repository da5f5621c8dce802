import configuration from "../../deno.json" with { type: "json" };
import { LIBRARIES } from "./libraries.ts";

/** What the npm package is, whoever builds it. */
export interface NpmPackage {
  /** The name on npm. */
  name: string;
  /** The version. */
  version: string;
  /** What programs import: the name after the package's, and the module. */
  entryPoints: Readonly<Record<string, string>>;
  /** What programs are started by: the command's name, and the module. */
  commands: Readonly<Record<string, string>>;
  /** Modules that nothing imports, started as programs. */
  programs: readonly string[];
  /** Modules that stay as they are, since their functions are to be seen. */
  readable: readonly string[];
  /** The module that bundles libraries, which npm installs instead; and what it takes of each. */
  libraries: { module: string; packages: Readonly<Record<string, string>> };
  /** What modules read at run time, where it is seen from the root. */
  assets: readonly string[];
  /** What people read. */
  documents: readonly string[];
  /** What else package.json says. */
  metadata: Readonly<Record<string, unknown>>;
}

/** The package. */
export const npmPackage: NpmPackage = {
  name: configuration.name,
  version: configuration.version,
  entryPoints: configuration.exports,
  // Not `perf`: npm puts it in front of the real one on PATH.
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
 * What package.json says, as far as it does not depend on the builder.
 *
 * @param described The package.
 * @param placed Where the builder has put a module: the path without its extension.
 * @param imported What the builder has found the modules to import, with the versions.
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
 * The module of the libraries, as it is where npm installs them.
 *
 * @param bundled The bundle; the notices at its start are for other modules too.
 */
export function librariesModule(described: NpmPackage, bundled: string): string {
  const notices = /^(?:\/\/.*\n)*/.exec(bundled)![0];
  const imports = Object.entries(described.libraries.packages).map(([library, used]) =>
    `export ${used} from "${splitVersion(library)[0]}";\n`
  );
  return notices + imports.join("");
}

/** `@a/b@1.2.3` in its two parts. */
function splitVersion(library: string): [name: string, version: string] {
  const at = library.lastIndexOf("@");
  return [library.slice(0, at), library.slice(at + 1)];
}
