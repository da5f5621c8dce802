/** A report's page: reads its data, and draws it. */
import type { PageData } from "../../lib/report/page/page_data.ts";
import { element } from "./elements.ts";
import { fillHead } from "./head.ts";
import { Model } from "./model.ts";
import { nextFrame } from "./next_frame.ts";
import { Page } from "./page.ts";

async function main(): Promise<void> {
  const data: PageData = JSON.parse(element("data").textContent!);
  fillHead(data);
  await nextFrame();
  await new Page(new Model(data)).start();
  document.documentElement.dataset["ready"] = "true";
}

void main();
