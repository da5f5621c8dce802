/** Files of a package that a copy of it must come with. */
const LICENSE = /^(licen[cs]e|copying|notice)(\.(md|txt))?$/i;

/** A line that names an owner, not the text of "the above copyright notice". */
const COPYRIGHT = /^copyright\b.*\d{4}/i;

/**
 * The licences of packages, as a text: each once, below the packages that have it and the lines
 * that name their owners.
 *
 * @param directories Where the packages are, each with its package.json and its licence.
 * @throws {Error} If a package has no licence.
 */
export async function collectNotices(directories: readonly string[]): Promise<string> {
  const packagesOf = new Map<string, string[]>();
  for (const directory of directories) {
    const text = await Deno.readTextFile(`${directory}/package.json`);
    const { name, version, license, author } = JSON.parse(text);
    const files = [...Deno.readDirSync(directory)].map((entry) => entry.name)
      .filter((file) => LICENSE.test(file)).sort();
    if (files.length === 0) throw new Error(`Cannot bundle ${name}: it has no licence file`);
    const lines = (await Promise.all(files.map((file) =>
      Deno.readTextFile(`${directory}/${file}`)
    )))
      .join("\n\n").split(/\r?\n/);
    const owners = lines.filter((line) => COPYRIGHT.test(line)).map((line) => line.trim());
    if (owners.length === 0 && author) owners.push(`by ${author.name ?? author}`);
    const body = fill(lines.filter((line) => !COPYRIGHT.test(line)).join("\n"));
    const described = [`${name}@${version}, ${license}`, ...owners.map((line) => `  ${line}`)];
    packagesOf.set(body, [...packagesOf.get(body) ?? [], described.join("\n")]);
  }
  return [...packagesOf].sort(([, [a]], [, [b]]) => a! < b! ? -1 : 1)
    .map(([body, packages]) => `${packages.toSorted().join("\n")}\n\n${body}\n`).join("\n");
}

/** Breaks lines at 100 characters: packages break one licence's lines differently. */
function fill(text: string): string {
  // The title is in package.json.
  const paragraphs = text.replace(/^\s*(the )?mit license( \(mit\))?\s*\n/i, "").split(/\n\s*\n/);
  return paragraphs.map((paragraph) => paragraph.trim().replace(/\s+/g, " "))
    .filter((paragraph) => paragraph !== "")
    .map((paragraph) => paragraph.replace(/(.{1,96})(?: |$)/g, "$1\n").trim())
    .join("\n\n");
}
