/** A specifier of a relative module, in an import, an export or a type `import("…")`. */
const RELATIVE = /(?:from|import\()\s*["'](\.[^"']+)["']/g;

/**
 * Finds the declarations that users of a package can reach.
 *
 * @param entries Declarations of the entry points, as paths from the root of the package.
 * @param read Reads a file by its path; `undefined` where there is none.
 * @returns Paths of the entry points' declarations, and of all that they import.
 */
export function reachableDeclarations(
  entries: readonly string[],
  read: (path: string) => string | undefined,
): Set<string> {
  const found = new Set<string>();
  const visit = (path: string) => {
    if (found.has(path)) return;
    const text = read(path);
    // A module without declarations, or one of another package.
    if (text === undefined) return;
    found.add(path);
    for (const [, specifier] of text.matchAll(RELATIVE)) {
      const { pathname } = new URL(specifier!, `file:///${path}`);
      visit(pathname.slice(1).replace(/\.[jt]s$/, ".d.ts").replace(/\.d\.d\.ts$/, ".d.ts"));
    }
  };
  entries.forEach(visit);
  return found;
}
