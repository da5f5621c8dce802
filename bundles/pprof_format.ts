/** The part of the library that lib/report/formats/pprof.ts uses. */
export { Profile, StringTable } from "pprof-format";
