import { deepEqual } from "node:assert/strict";

import { routeName } from "../../lib/spans/route_name.ts";

Deno.test("routeName() has :id for numbers, UUIDs and long keys, and keeps words", () => {
  const names: Record<string, string> = {
    "/": "GET /",
    "/users/7": "GET /users/:id",
    "/users/7/posts/12": "GET /users/:id/posts/:id",
    "/v2/users": "GET /v2/users",
    "/a/0b1c2d3e-0000-4000-8000-00000000abcd": "GET /a/:id",
    "/a/deadbeefdeadbeef": "GET /a/:id",
    "/a/dGhpcyBpcyBhIGtleQ1": "GET /a/dGhpcyBpcyBhIGtleQ1",
    "/a/dGhpcyBpcyBhIGtleQ12": "GET /a/:id",
    "/a/a-long-title-of-an-article": "GET /a/a-long-title-of-an-article",
    "": "GET /",
  };
  deepEqual(Object.keys(names).map((path) => routeName("GET", path)), Object.values(names));
});
