import { deepEqual, ok } from "node:assert/strict";

const LIB = new URL("../lib/", import.meta.url);
const textOf = (module: string) => Deno.readTextFileSync(new URL(module, LIB));

/** The modules of lib/ that importing one loads, but for those that `import()` loads later. */
function loadedBy(module: string): string[] {
  const loaded = new Set([module]);
  for (const one of loaded) {
    const imports = textOf(one).matchAll(
      /^(?:import|export) (?!type\b)(?:[^"'(;=]* from )?"(\.[^"]+)";$/gm,
    );
    for (const [, specifier] of imports) {
      const { href } = new URL(specifier!, new URL(one, LIB));
      if (href.startsWith(LIB.href)) loaded.add(href.slice(LIB.href.length));
    }
  }
  return [...loaded];
}

const importsFileSystem = (module: string) =>
  /^import (?!type\b)[^;]*"node:fs"/m.test(textOf(module));

Deno.test("lib/preload.ts loads no module that imports node:fs, which takes 6 ms", () => {
  const loaded = loadedBy("preload.ts");
  ok(loaded.includes("activation/activation.ts"), loaded.join());
  deepEqual(loaded.filter(importsFileSystem), []);
  // The command may import it.
  ok(loadedBy("command/cli.ts").some(importsFileSystem));
});

Deno.test("lib/preload.ts loads no recorder unless one is asked for", () => {
  const isRecorder = (module: string) => /^(?:sampler|spans|waits)\//.test(module);
  deepEqual(loadedBy("preload.ts").filter(isRecorder), []);
  ok(loadedBy("recorders.ts").some(isRecorder));
});
