import { packageOfFile } from "./package_of_file.ts";

/** Makes names of files as short as a reader needs them. */
export interface PlaceNames {
  /** The directory that paths are shown from. @default {paths are shown whole} */
  directory?: string;
}

/**
 * The name of a file for a reader: from the directory of the command on, or the package with the
 * path inside of it.
 */
export function fileText(file: string, { directory }: PlaceNames = {}): string {
  const inPackage = packageOfFile(file);
  if (inPackage !== undefined) return `${inPackage.name}/${inPackage.path}`;
  const prefix = directory === undefined ? undefined : `${directory.replace(/\/$/, "")}/`;
  return prefix !== undefined && file.startsWith(prefix) ? file.slice(prefix.length) : file;
}

/** A file with line and column, as far as they are known: `src/app.ts:12`. */
export function placeText(
  { file, line, column }: { file: string; line?: number; column?: number },
  names?: PlaceNames,
): string {
  return [fileText(file, names), line, column].filter((part) => part !== undefined).join(":");
}
