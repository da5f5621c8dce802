/**
 * The address of a module of this package, which is TypeScript in its sources and JavaScript in
 * its npm package.
 *
 * @param path Where it is, seen from the module that asks, without its extension.
 * @param from `import.meta.url` of the module that asks.
 */
export function siblingModule(path: string, from: string): string {
  const extension = /\.[^./]+$/.exec(new URL(from).pathname)![0];
  return new URL(path + extension, from).href;
}
