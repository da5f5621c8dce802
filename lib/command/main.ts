#!/usr/bin/env node
/*
 * The entry point of the npm package's command: `js-perf profile app.mjs`.
 */
import process from "node:process";

import { endAs } from "./program/child.ts";
import { main } from "./cli.ts";

await endAs(await main(process.argv.slice(2)));
