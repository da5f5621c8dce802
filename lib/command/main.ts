#!/usr/bin/env node
/*
 * The command as npm installs it, under a name of its own: `js-perf profile app.mjs`.
 */
import process from "node:process";

import { endAs } from "./program/child.ts";
import { main } from "./cli.ts";

await endAs(await main(process.argv.slice(2)));
