/** A path in Deno's cache: `/npm/<host>/<name>/<version>/`; a host has a dot or a port. */
const CACHED = /\/npm\/[^/]+\.[^/]+\/((?:@[^/]+\/)?[^/]+)\/\d+\.\d+\.\d+[^/]*(\/.*)?$/;

/** A path in the innermost `node_modules`. */
const INSTALLED = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)(\/.*)?$/;

/** A URL on JSR. */
const FROM_JSR = /^https:\/\/jsr\.io\/(@[^/]+\/[^/]+)\/[^/]+(\/.*)?$/;

/**
 * Returns the name of a module of a package: `npm:` or `jsr:`, the package, and the path inside of
 * it.
 *
 * @param path The module's path, or its URL where it is no file.
 * @returns `undefined` where it belongs to no package.
 */
export function packageModule(path: string): string | undefined {
  const jsr = FROM_JSR.exec(path);
  if (jsr !== null) return `jsr:${jsr[1]}${jsr[2] ?? ""}`;
  const npm = INSTALLED.exec(path) ?? CACHED.exec(path);
  return npm === null ? undefined : `npm:${npm[1]}${npm[2] ?? ""}`;
}
