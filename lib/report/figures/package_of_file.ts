/** The package that a file belongs to. */
export interface FilePackage {
  /** Its name with its version, as `prettier@3.6.2`; without one where the path does not have it. */
  name: string;
  /** The path inside of it. */
  path: string;
}

/** A path in Deno's cache: `/npm/<host>/<name>/<version>/`; a host has a dot or a port. */
const CACHED = /\/npm\/[^/]+\.[^/]+\/((?:@[^/]+\/)?[^/]+)\/(\d+\.\d+\.\d+[^/]*)\/(.*)$/;

/** The innermost `node_modules`; `.deno` and `.pnpm` have the version in the folder outside of it. */
const INSTALLED = /^(.*)\/node_modules\/((?:@[^/]+\/)?[^/]+)(?:\/(.*))?$/;

/** The folder of one version of a package, as `.deno/hono@4.1.0` and `.pnpm/@a+b@1.2.0_react@19`. */
const VERSION_FOLDER = /\/\.(?:deno|pnpm)\/@?[^/@]+@([^/_]+)[^/]*$/;

/** A URL on JSR. */
const FROM_JSR = /^https:\/\/jsr\.io\/(@[^/]+\/[^/]+)\/([^/]+)\/(.*)$/;

/** Any other URL: a host and the first part of its path, which most often has the version. */
const FROM_HOST = /^https?:\/\/([^/]+\/[^/]+)\/(.*)$/;

/**
 * Finds the package of a file.
 *
 * @param file A path or a URL, as frames name it.
 * @returns `undefined` where it belongs to none.
 */
export function packageOfFile(file: string): FilePackage | undefined {
  const versioned = CACHED.exec(file) ?? FROM_JSR.exec(file);
  if (versioned !== null) {
    return { name: `${versioned[1]}@${versioned[2]}`, path: versioned[3]! };
  }
  const installed = INSTALLED.exec(file);
  if (installed !== null) {
    const [, outside, name, path = ""] = installed;
    const version = VERSION_FOLDER.exec(outside!)?.[1];
    return { name: version === undefined ? name! : `${name}@${version}`, path };
  }
  const [, name, path] = FROM_HOST.exec(file) ?? [];
  return name === undefined ? undefined : { name, path: path! };
}
