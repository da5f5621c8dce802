import { equal } from "node:assert/strict";

import { amountText, percentText } from "../../../lib/report/figures/amounts.ts";

Deno.test("amountText() has milliseconds of time, and thousands of events", () => {
  equal(amountText(1_412_300_000, "nanoseconds"), "1412 ms");
  equal(amountText(300_000, "nanoseconds"), "0.3 ms");
  equal(amountText(0, "nanoseconds"), "0 ms");
  equal(amountText(2_510_000_000, "events"), "2.51 G");
  equal(amountText(12_345, "events"), "12.35 k");
  equal(amountText(7, "events"), "7");
});

Deno.test("percentText() has one digit", () => {
  equal(percentText(0.41944), "41.9 %");
});
