import { deepEqual, equal } from "node:assert/strict";

import { isOsr, parseMark, tierOf } from "../../lib/v8_log/code_tag.ts";
import { SourceInfo } from "../../lib/v8_log/source_info.ts";

const parse = (line: string) => new SourceInfo(new TextEncoder().encode(line));

Deno.test("SourceInfo finds the last position that is not behind an offset", () => {
  const info = parse(
    "code-source-info,0x1000,7,0,99,C5O10C5O11C9O20I0C12O30I1,F0O7F1O8I0,S0xaS0xb",
  );
  equal(info.at(4), undefined);
  deepEqual(info.at(5), { position: 11, inlined: -1 });
  deepEqual(info.at(8), { position: 11, inlined: -1 });
  deepEqual(info.at(9), { position: 20, inlined: 0 });
  deepEqual(info.at(500), { position: 30, inlined: 1 });
  deepEqual(info.functions, [
    { function: 0, position: 7, parent: -1 },
    { function: 1, position: 8, parent: 0 },
  ]);
});

Deno.test("SourceInfo reads positions without a source, and functions without a name", () => {
  const info = parse("code-source-info,0x1000,7,0,99,C5O-1C9O20I0,FO7,");
  equal(info.at(5), undefined);
  deepEqual(info.functions, [{ function: -1, position: 7, parent: -1 }]);
});

Deno.test("SourceInfo of an invalid text is empty", () => {
  for (
    const line of [
      "",
      "code-source-info",
      "code-source-info,0x1000,7,0,99,CCC,FF,SS",
      "a,b,c,d,e,f",
    ]
  ) {
    equal(parse(line).at(5), undefined);
  }
  equal(parse("code-source-info,0x1000,7,0,99,C5O99999999999999,,").at(5), undefined);
});

Deno.test("parseMark() reads tier, on-stack replacement and contexts", () => {
  const mark = (text: string) => {
    const number = parseMark(new TextEncoder().encode(text), 0, text.length);
    return number < 0 ? undefined : [tierOf(number), isOsr(number)];
  };
  deepEqual(mark("~"), ["interpreted", false]);
  deepEqual(mark("^"), ["sparkplug", false]);
  deepEqual(mark("+'"), ["maglev", false]);
  deepEqual(mark("o+"), ["maglev", true]);
  deepEqual(mark("o*'"), ["turbofan", true]);
  deepEqual(mark(""), [undefined, false]);
  for (const text of ["o", "x", "**", "~~~~", "'"]) equal(mark(text), undefined);
});
