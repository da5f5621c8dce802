/** What lib/report/pprof.ts uses of the library. */
export { Profile, StringTable } from "pprof-format";
