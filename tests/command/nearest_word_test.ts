import { equal } from "node:assert/strict";

import { nearestWord } from "../../lib/command/nearest_word.ts";

const KNOWN = ["run", "profile", "report", "diff", "doctor", "freq", "format", "g"];

Deno.test("nearestWord() finds the word that was meant", () => {
  const cases: [string, string | undefined][] = [
    ["profil", "profile"],
    ["profiles", "profile"],
    ["proflie", "profile"],
    ["frequency", "freq"],
    ["fromat", "format"],
    ["rum", "run"],
    ["dif", "diff"],
    ["fly", undefined],
    ["toString", undefined],
    ["", undefined],
    ["x", undefined],
  ];
  for (const [word, meant] of cases) equal(nearestWord(word, KNOWN), meant, word);
});
