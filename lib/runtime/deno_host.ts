import type { Host } from "./host.ts";

/** Flags that trampolines need, with patterns of their long and short forms. */
const NEEDED_FLAGS: Readonly<Record<string, RegExp>> = {
  "--allow-env": /^(--allow-env\b|-[a-zA-Z]*E)/,
  "--allow-ffi": /^--allow-ffi\b/,
  "--allow-read": /^(--allow-read\b|-[a-zA-Z]*R)/,
  "--allow-write=/tmp": /^(--allow-write\b|-[a-zA-Z]*W)/,
};

/** Deno. */
export const denoHost: Host = {
  name: "deno",
  usualFlags: ["-A"],
  mapsStacks: true,
  paintsStacks: () => !Deno.noColor,
  readsSourceMaps: () => true,
  isGranted: (permission) => Deno.permissions.querySync(permission).state === "granted",
  isPermissionError: (error) => error instanceof Deno.errors.NotCapable,
  // No kind of Worker has `Deno.mainModule`. Reading its value would need a permission.
  isMainThread: () => Object.hasOwn(Deno, "mainModule"),
  // Not "exit" of process: Deno.exit() fires `unload` only.
  onProcessEnd: (listener) => globalThis.addEventListener("unload", listener, { once: true }),
  startArgs({ flags, preload, stackSize, engineFlags = [] }) {
    const hasOwn = flags.some((flag) => flag.startsWith("--v8-flags"));
    const more = [
      ...engineFlags,
      ...(stackSize === undefined || hasOwn ? [] : [`--stack-size=${stackSize}`]),
    ];
    // Deno uses only the last of several --v8-flags.
    const ours = more.length === 0 ? [] : [`--v8-flags=${[...ownFlags(flags), ...more].join()}`];
    return [
      "run",
      ...(more.length === 0 ? flags : flags.filter((flag) => !flag.startsWith("--v8-flags="))),
      ...ours,
      ...(preload === undefined ? [] : [`--preload=${preload}`]),
    ];
  },
  missingFlags(flags) {
    // A set of permissions in the configuration file may grant anything.
    if (flags.some((flag) => /^(-[a-zA-Z]*[AP]|--allow-all\b|--permission-set\b)/.test(flag))) {
      return [];
    }
    return Object.keys(NEEDED_FLAGS).filter((name) =>
      !flags.some((flag) => NEEDED_FLAGS[name]!.test(flag))
    );
  },
};

/** The values of --v8-flags among some flags. */
function ownFlags(flags: readonly string[]): string[] {
  return flags.filter((flag) => flag.startsWith("--v8-flags="))
    .map((flag) => flag.slice("--v8-flags=".length));
}
