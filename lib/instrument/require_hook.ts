import Module from "node:module";

import { host } from "../runtime/runtime.ts";
import { sourceName } from "../base/symbol_name.ts";
import type { LoadContext } from "../source/loaded_source.ts";

/** Whether Deno's `require` asks, and not the loader of ECMAScript modules, nor Node. */
export function isRequired({ conditions = [] }: LoadContext): boolean {
  return host.name === "deno" && conditions.includes("require");
}

/** The handlers of extensions as the runtime made them. */
const handlers = { ...extensions() };

/** Whether a required file is JavaScript to the runtime, and not for a handler of its own to read. */
export function isRequiredAsScript(url: string): boolean {
  const name = sourceName(url).split("/").at(-1)!;
  const current = extensions();
  // As the runtime does it: the longest that is known; anything else is JavaScript.
  for (let dot = name.indexOf(".", 1); dot >= 0; dot = name.indexOf(".", dot + 1)) {
    const extension = name.slice(dot);
    if (!Object.hasOwn(current, extension)) continue;
    return /^\.[cm]?js$/.test(extension) && current[extension] === handlers[extension];
  }
  return current[".js"] === handlers[".js"];
}

/** What a program changes to compile what it requires, as `@babel/register` does. */
function extensions(): Record<string, unknown> {
  return (Module as unknown as { _extensions: Record<string, unknown> })._extensions;
}
