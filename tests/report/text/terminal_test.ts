import { equal } from "node:assert/strict";

import {
  columnsOf,
  padded,
  printable,
  styled,
  trimmed,
  trimmedStart,
  wrapped,
} from "../../../lib/report/text/terminal.ts";

Deno.test("trimmed() and trimmedStart() keep to the width, of wide characters too", () => {
  equal(trimmed("abc", 3), "abc");
  equal(trimmed("abcd", 3), "ab…");
  equal(trimmed("漢字漢字", 5), "漢字…");
  equal(trimmedStart("/a/b/c.ts", 5), "…c.ts");
  equal(trimmedStart("漢字漢字", 5), "…漢字");
  for (const text of ["x".repeat(50), "漢".repeat(50), "👩‍👩‍👧".repeat(20), "…a漢".repeat(9)]) {
    for (let width = 1; width < 20; width++) {
      equal(columnsOf(trimmed(text, width)) <= width, true, `${text} in ${width}`);
      equal(columnsOf(trimmedStart(text, width)) <= width, true, `${text} in ${width}`);
    }
  }
});

Deno.test("padded() has exactly the width", () => {
  equal(padded("ab", 4), "ab  ");
  equal(padded("漢", 4), "漢  ");
  equal(padded("abcdef", 4), "abc…");
});

Deno.test("printable() leaves nothing that moves the cursor or turns the direction", () => {
  equal(printable("a\x1b[31mb\rc\u009bd\u202ee\tf"), "a�[31mb�c�d�e  f");
  equal(printable("ünïcode 漢"), "ünïcode 漢");
});

Deno.test("styled() writes escape sequences where colours are wanted only", () => {
  equal(styled("x", "bold", { width: 80, hasColor: true }), "\x1b[1mx\x1b[22m");
  equal(styled("x", "bold", { width: 80, hasColor: false }), "x");
});

Deno.test("wrapped() breaks between words", () => {
  equal(wrapped("aa bb cc", 5).join("|"), "aa bb|cc");
});
