import { equal } from "node:assert/strict";

import { decodeLogText } from "../../lib/v8_log/log_text.ts";

const decode = (text: string) => decodeLogText(Uint8Array.from(text, (char) => char.charCodeAt(0)));

Deno.test("decodeLogText() decodes V8's escapes", () => {
  equal(decode("plain"), "plain");
  equal(decode("a\\x2Cb\\nc\\\\d"), "a,b\nc\\d");
  equal(decode("\\xe9\\u20ac\\ud83d\\ude00"), "é€😀");
  // One pass: an escaped backslash does not begin an escape.
  equal(decode("\\\\x2C\\\\n\\\\\\\\"), "\\x2C\\n\\\\");
});

Deno.test("decodeLogText() leaves texts that only look like escapes", () => {
  for (const text of ["\\", "\\x", "\\x2", "\\xg0", "\\u123", "\\q", "a\\"]) {
    equal(decode(text), text);
  }
  equal(decode("é"), "é");
});
