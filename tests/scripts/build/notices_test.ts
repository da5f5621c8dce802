import { equal, rejects } from "node:assert/strict";

import { collectNotices } from "../../../scripts/build/notices.ts";

const TEXT = "Use it as you like,\nand keep this line.";

/** Packages in a directory that is removed. */
async function withPackages(
  packages: Readonly<Record<string, Readonly<Record<string, string>>>>,
  body: (directories: string[]) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir({ prefix: "xperf-notices-" });
  try {
    for (const [name, files] of Object.entries(packages)) {
      await Deno.mkdir(`${root}/${name}`);
      for (const [file, text] of Object.entries(files)) {
        await Deno.writeTextFile(`${root}/${name}/${file}`, text);
      }
    }
    await body(Object.keys(packages).map((name) => `${root}/${name}`));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

function description(name: string, more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ name, version: "1.0.0", license: "MIT", ...more });
}

Deno.test("collectNotices() has a text once, below its packages and their owners", async () => {
  await withPackages({
    b: {
      "package.json": description("b"),
      LICENSE: `MIT License\n\nCopyright (c) 2020 B\n\n${TEXT}\n`,
    },
    a: {
      "package.json": description("a"),
      "license.md": `Copyright 2021 A\r\n\r\n${TEXT.replace("\n", " ")}`,
    },
    c: { "package.json": description("c", { license: "ISC", author: "C" }), COPYING: "No lines." },
  }, async (directories) => {
    equal(
      await collectNotices(directories),
      "a@1.0.0, MIT\n  Copyright 2021 A\nb@1.0.0, MIT\n  Copyright (c) 2020 B\n\n" +
        "Use it as you like, and keep this line.\n\n" +
        "c@1.0.0, ISC\n  by C\n\nNo lines.\n",
    );
  });
});

Deno.test("collectNotices() refuses a package without a licence", async () => {
  await withPackages({ a: { "package.json": description("a") } }, async (directories) => {
    await rejects(collectNotices(directories), {
      message: "Cannot bundle a: it has no licence file",
    });
  });
});
