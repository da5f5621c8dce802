import * as modules from "node:module";

import { currentPlatform } from "../runtime/runtime.ts";
import type { LoadHook } from "./load_hook.ts";

/** Has a hook see every module that is loaded from here on; older runtimes lack it, whatever the types say. */
export const { registerHooks } = modules as {
  registerHooks?: (hooks: { load: LoadHook }) => void;
};

/** Why this runtime cannot instrument programs; `undefined` where it can. */
export function instrumentationObstacle(): string | undefined {
  if (registerHooks !== undefined) return undefined;
  const { name, version } = currentPlatform().runtime;
  return `${name} ${version} has no module.registerHooks, must be Node 22.15 or newer, or Deno`;
}
