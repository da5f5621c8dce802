/**
 * Parts of a path that are values: numbers, UUIDs, and long words of hexadecimal digits or with
 * digits in them.
 */
const VALUE =
  /^(?:\d+|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|[\da-f]{16,}|(?=[^/]*\d)[\w-]{20,})$/i;

/**
 * The name of a request's span where no framework tells the pattern of its route: method and path,
 * with `:id` for parts that are values. Otherwise each user would have a span name of his own.
 *
 * @param method The request's method.
 * @param path The path of its address, without query.
 */
export function routeName(method: string, path: string): string {
  const parts = path.split("/").map((part) => VALUE.test(part) ? ":id" : part);
  return `${method} ${parts.join("/") || "/"}`;
}
