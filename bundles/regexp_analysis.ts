/* The analysis of regular expressions that lib/report/causes uses. */
export { analyse } from "scslre";
