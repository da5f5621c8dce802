/*
 * A short log of V8's, written by hand: one function that calls another, which V8 inlines.
 */
/** The first lines of a log: V8's version, and a builtin at 0x500000. */
export const HEAD = "v8-version,15,0,245,2,-rusty,0\nv8-platform,linux,linux\n" +
  "code-creation,Builtin,3,10,0x500000,192,CompileLazy\n";

/** outer() calls inner(), which V8 inlines. */
export const TEXT =
  "function inner(a) {\n  return a + 1;\n}\nfunction outer(a) {\n  return inner(a);\n}\n";
/** The line that has the text, of script 7. */
export const SOURCE = `script-source,7,file:///app/a.js,${TEXT.replaceAll("\n", "\\n")}\n`;
/** V8's names of the two functions. */
export const INNER = "inner file:///app/a.js:1:15,0xa00";
export const OUTER = "outer file:///app/a.js:4:15,0xb00";

/** A log in which both functions are interpreted first, and compiled later. */
export const PROGRAM = HEAD +
  `code-creation,JS,3,100,0x1000,576,${INNER},~\n` + SOURCE +
  "code-source-info,0x1000,7,14,37,,,\n" +
  `code-creation,JS,10,101,0x90000,20,${INNER},~\n` +
  "code-source-info,0x90000,7,14,37,C0O22C4O34,,\n" +
  `code-creation,JS,3,110,0x2000,576,${OUTER},~\n` +
  "code-source-info,0x2000,7,52,78,,,\n" +
  `code-creation,JS,13,200,0x3000,256,${OUTER},*\n` +
  "code-source-info,0x3000,7,52,78,C0O52C16O22I0C32O34I0C48O60C64O77,F0O67,S0xa00\n";

/** Polls that make the log's time 0 the clock's 0. */
export const CLOCK = { polls: [[1e15, 0, 1e9]] as [number, number, number][] };
