import { deepEqual, equal } from "node:assert/strict";

import {
  frameAt,
  type FrameKind,
  frameSymbol,
  parseFunctionSymbol,
} from "../../lib/recording/frame.ts";

const kindOf = (symbol: string, module: string, isKernel = false): FrameKind =>
  frameAt({ symbol, module, isKernel }).kind;

Deno.test("frameAt() finds the owner of the code", () => {
  const map = "/tmp/perf-1234.map";
  equal(kindOf("js::foo:/app.ts:1", map), "typescript");
  equal(kindOf("js::foo:/app/node_modules/a/b.js:1", map), "npm");
  equal(kindOf("js::foo:/root/.cache/deno/npm/registry.example/@a/b/1.2.3/c.js:1", map), "npm");
  equal(kindOf("js::foo:https://example.com/a.ts:1", map), "npm");
  equal(kindOf("js::foo:/home/me/npm/1/a.ts:1", map), "typescript");
  equal(kindOf("js::foo:node:fs:1", map), "runtime");
  equal(kindOf("[unknown]", map), "runtime");
  equal(kindOf("Builtin:ArrayMap", map), "runtime");
  equal(kindOf("entry1", map), "native");
  equal(kindOf("[unknown]", "/usr/bin/deno"), "runtime");
  equal(kindOf("node::Start(int, char**)", "/usr/bin/node (deleted)"), "runtime");
  equal(kindOf("uv_run", "/usr/lib/libnode.so.115"), "runtime");
  equal(kindOf("xp_call", "/tmp/libxperf-x86_64-233141b1630c1e45-1000.so"), "runtime");
  equal(kindOf("malloc", "/usr/lib/libc.so.6"), "native");
  equal(kindOf("mydeno", "/usr/lib/nodeno"), "native");
  equal(kindOf("do_syscall_64", "[kernel.kallsyms]", true), "kernel");
});

Deno.test("frameAt() knows a compiled program by its path", () => {
  equal(frameAt({ symbol: "", module: "/app/tool", runtimes: ["/app/tool"] }).kind, "runtime");
});

Deno.test("frameAt() gives no name to code without a symbol", () => {
  for (const symbol of ["", "0", "0x1f", "[unknown]"]) {
    deepEqual(frameAt({ symbol, module: "[unknown]" }), { name: "", kind: "native", module: "" });
  }
  equal(frameAt({ symbol: "[generated code]", module: "/tmp/jitted-1-2.so" }).name, "");
});

Deno.test("frameSymbol() returns perf's symbol", () => {
  for (
    const symbol of [
      "js::Parser.next:/src/a b.ts:12",
      "js::<module>:/src/app.ts",
      "js::get x:https://example.com:8080/x.ts:3",
      "js::GET /users:routes.ts:12",
      "std::vector<int>::push_back(int&&)",
    ]
  ) {
    equal(frameSymbol(frameAt({ symbol, module: "/tmp/perf-1.map" })), symbol);
  }
  equal(frameSymbol(frameAt({ symbol: "", module: "/usr/bin/deno" })), "[deno]");
  equal(frameSymbol(frameAt({ symbol: "", module: "[vdso]" })), "[vdso]");
  equal(frameSymbol(frameAt({ symbol: "", module: "" })), "[unknown]");
});

Deno.test("parseFunctionSymbol() finds where the name ends", () => {
  const table: [string, ReturnType<typeof parseFunctionSymbol>][] = [
    ["js::foo:/a/b.ts:8", { name: "foo", file: "/a/b.ts", line: 8 }],
    ["js::<module>:/a/b.ts", { name: "<module>", file: "/a/b.ts" }],
    ["js::a:b:/c.ts:1", { name: "a:b", file: "/c.ts", line: 1 }],
    ["js::foo:https://h:8/x.ts:3", { name: "foo", file: "https://h:8/x.ts", line: 3 }],
    ["js::foo://host/share/x.ts:3", { name: "foo", file: "//host/share/x.ts", line: 3 }],
    ["js::foo:data:text/javascript,1:3", { name: "foo", file: "data:text/javascript,1", line: 3 }],
    ["js::GET /users:routes.ts:12", { name: "GET /users", file: "routes.ts", line: 12 }],
    ["js::GET:/users/1:/src/routes.ts:12", {
      name: "GET:/users/1",
      file: "/src/routes.ts",
      line: 12,
    }],
    ["js::http://h/p:/src/a.ts:11", { name: "http://h/p", file: "/src/a.ts", line: 11 }],
    ["js::f:file:///a b.ts", { name: "f", file: "file:///a b.ts" }],
    ["js::f:data:text/javascript,a:/b:1", {
      name: "f",
      file: "data:text/javascript,a:/b",
      line: 1,
    }],
    ["js::foo", undefined],
    ["foo:/a.ts:1", undefined],
  ];
  for (const [symbol, label] of table) deepEqual(parseFunctionSymbol(symbol), label);
});
