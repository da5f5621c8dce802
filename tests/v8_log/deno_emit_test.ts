import { equal } from "node:assert/strict";

import { denoEmitPath, parseDenoEmit } from "../../lib/v8_log/deno_emit.ts";

Deno.test("denoEmitPath() is the path of Deno's emitted text in its cache", () => {
  equal(denoEmitPath("file:///a/b%20c.ts"), "gen/file/a/b c.ts.js");
  equal(
    denoEmitPath("https://deno.land/std@0.224.0/path/mod.ts"),
    "gen/https/deno.land/6c329e0015ce72df68a20409395f8478c74183f8fd22b0b789de7b593feee6fa.js",
  );
  equal(
    denoEmitPath("http://localhost:8000/a.ts")!.startsWith("gen/http/localhost_PORT8000/"),
    true,
  );
  for (const url of ["", "node:fs", "ext:core/01_core.js", "data:text/javascript,1", "no url"]) {
    equal(denoEmitPath(url), undefined);
  }
});

Deno.test("parseDenoEmit() removes the line that Deno's cache adds", () => {
  const parse = (text: string) => parseDenoEmit(new TextEncoder().encode(text));
  equal(
    parse("a;\n//# sourceMappingURL=x\n// denoCacheMetadata=1,2"),
    "a;\n//# sourceMappingURL=x\n",
  );
  equal(parse("a;"), "a;");
});
