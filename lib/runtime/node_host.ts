import process from "node:process";

import type { Host } from "./host.ts";

/** Node. */
export const nodeHost: Host = {
  name: "node",
  usualFlags: [],
  mapsStacks: false,
  paintsStacks: () => false,
  // Deno's types lack `sourceMapsEnabled`.
  readsSourceMaps: () => (process as { sourceMapsEnabled?: boolean }).sourceMapsEnabled ?? false,
  isGranted: () => true,
  isPermissionError: (error) =>
    (error as { code?: string } | undefined)?.code === "ERR_ACCESS_DENIED",
  // Not imported: in Deno, the first import of this module fixes its constructor of Workers.
  isMainThread: () => process.getBuiltinModule?.("node:worker_threads").isMainThread ?? true,
  onProcessEnd: (listener) => process.once("exit", listener),
  startArgs({ flags, preload, stackSize, engineFlags = [] }) {
    const hasOwn = flags.some((flag) => /^--stack[-_]size\b/.test(flag));
    return [
      ...flags,
      ...engineFlags,
      ...(stackSize === undefined || hasOwn ? [] : [`--stack-size=${stackSize}`]),
      ...(preload === undefined ? [] : [`--import=${preload}`]),
    ];
  },
  missingFlags: () => [],
};

/** Bun. Its engine is JavaScriptCore, which takes no flags of V8 and sizes its stack itself. */
export const bunHost: Host = {
  ...nodeHost,
  name: "bun",
  startArgs: ({ flags, preload }) => [
    ...flags,
    ...(preload === undefined ? [] : [`--preload=${preload}`]),
  ],
};
