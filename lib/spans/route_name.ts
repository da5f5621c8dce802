/**
 * Parts of a path that are values: numbers, UUIDs, and long words of hexadecimal digits or with
 * digits in them.
 */
const VALUES =
  /(?<=^|\/)(?:\d+|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|[\da-f]{16,}|(?=[^/]*\d)[\w-]{20,})(?=\/|$)/gi;

/**
 * The name of a request's span where no framework tells the pattern of its route: method and path,
 * with `:id` for parts that are values. Otherwise each user would have a span name of his own.
 *
 * @param method The request's method.
 * @param path The path of its address, without query.
 */
export function routeName(method: string, path: string): string {
  // One search takes a third of the time that splitting the path takes.
  return `${method} ${path.replace(VALUES, ":id") || "/"}`;
}
