import Module from "node:module";

import { host } from "../runtime/runtime.ts";
import { sourceName } from "../base/symbol_name.ts";
import type { LoadContext } from "../source/loaded_source.ts";

/**
 * Whether the load comes from Deno's `require`, not from the loader of ECMAScript modules or Node.
 */
export function isRequired({ conditions = [] }: LoadContext): boolean {
  return host.name === "deno" && conditions.includes("require");
}

/** The runtime's own handlers of extensions, copied before the program can replace them. */
const handlers = { ...extensions() };

/** Whether the runtime's own handler compiles a required file as JavaScript. */
export function isRequiredAsScript(url: string): boolean {
  const name = sourceName(url).split("/").at(-1)!;
  const current = extensions();
  // Like the runtime: the longest known extension decides, and any other file is JavaScript.
  for (let dot = name.indexOf(".", 1); dot >= 0; dot = name.indexOf(".", dot + 1)) {
    const extension = name.slice(dot);
    if (!Object.hasOwn(current, extension)) continue;
    return /^\.[cm]?js$/.test(extension) && current[extension] === handlers[extension];
  }
  return current[".js"] === handlers[".js"];
}

/**
 * The handlers by extension. A program replaces them to compile the files that it requires, as
 * `@babel/register` does.
 */
function extensions(): Record<string, unknown> {
  return (Module as unknown as { _extensions: Record<string, unknown> })._extensions;
}
