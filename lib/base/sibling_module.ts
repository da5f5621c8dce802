/**
 * The address of a module of this package. Its extension is the caller's: modules are TypeScript in
 * the sources and JavaScript in the npm package.
 *
 * @param path The module, relative to the caller, without its extension.
 * @param from `import.meta.url` of the caller.
 */
export function siblingModule(path: string, from: string): string {
  const extension = /\.[^./]+$/.exec(new URL(from).pathname)![0];
  return new URL(path + extension, from).href;
}
