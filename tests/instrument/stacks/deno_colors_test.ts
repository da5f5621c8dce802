import { equal } from "node:assert/strict";

import { ansiPaint, plainPaint } from "../../../lib/instrument/stacks/deno_colors.ts";

// error_stack_test.ts compares these parts with Deno's own.

Deno.test("plainPaint() leaves every part unchanged", () => {
  for (const part of ["plain", "place", "number", "name", "directory", "mark"] as const) {
    for (const isInternal of [false, true]) equal(plainPaint(part, "f", isInternal), "f");
  }
});

Deno.test("ansiPaint() marks where a part begins and ends", () => {
  equal(ansiPaint("number", "12", false), "\x1b[0m\x1b[33m12\x1b[0m");
  equal(ansiPaint("plain", ":", false), ":");
});

Deno.test("ansiPaint() makes all of the runtime's own frames the same", () => {
  const dim = ansiPaint("plain", "f", true);
  equal(dim, "\x1b[0m\x1b[2m\x1b[38;5;245mf\x1b[0m");
  for (const part of ["place", "number", "name"] as const) equal(ansiPaint(part, "f", true), dim);
});
