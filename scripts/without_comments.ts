import { type Comment, parse } from "npm:acorn@8.19.0";

/**
 * A module without its comments, and without the lines that had nothing else. A line that makes it
 * a program (`#!`) stays.
 *
 * @param text JavaScript.
 */
export function withoutComments(text: string): string {
  const comments: Comment[] = [];
  parse(text, { ecmaVersion: "latest", sourceType: "module", onComment: comments });
  let stripped = "";
  let from = 0;
  for (const comment of comments) {
    const { start, end } = extent(text, comment);
    if (start < from || text.startsWith("#!", start)) continue;
    stripped += text.slice(from, start) + separator(text, start, end);
    from = end;
  }
  return stripped + text.slice(from);
}

/** A comment is a blank, or a line's end, to what stands on its two sides. */
function separator(text: string, start: number, end: number): string {
  const isApart = /^\s?$/.test(text[start - 1] ?? "") || /^\s?$/.test(text[end] ?? "");
  if (/\n/.test(text.slice(start, end)) && !/^\n?$/.test(text[start - 1] ?? "")) return "\n";
  return isApart ? "" : " ";
}

/** A comment with the blanks in front of it, and with its line where there is nothing else. */
function extent(text: string, comment: Comment): { start: number; end: number } {
  let { start, end } = comment;
  while (/[ \t]/.test(text[start - 1] ?? "")) start--;
  if (start > 0 && text[start - 1] !== "\n") return { start, end };
  if (text[end] === "\n") return { start, end: end + 1 };
  // What follows is indented as the comment was.
  while (/[ \t]/.test(text[end] ?? "")) end++;
  return { start: comment.start, end };
}
