import { equal } from "node:assert/strict";

import { withoutComments } from "../scripts/without_comments.ts";

Deno.test("withoutComments() takes comments and their lines out, and nothing else", () => {
  equal(
    withoutComments(`#!/usr/bin/env node
/*
 * About it.
 */
import a from "a"; // why
/** What it is. */ export const b = /\\/*x*\\//;

  // alone
const url = "https://a//b" /* c */ + \`
// text

/* text */\`;
`),
    `#!/usr/bin/env node
import a from "a";
export const b = /\\/*x*\\//;

const url = "https://a//b" + \`
// text

/* text */\`;
`,
  );
});

Deno.test("withoutComments() keeps apart what a comment keeps apart", () => {
  equal(withoutComments("a = 1/**/+/* b */+a; b/*\n*/c"), "a = 1 + +a; b\nc");
  equal(withoutComments("f(/* a */ 1);"), "f( 1);");
});
