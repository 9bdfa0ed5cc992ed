import type { PublicationConfig } from "../../model/publication.ts";
import { isLike } from "../../model/wildcard.ts";

/** Whether the patterns of a publication choose a file, by its name or its whole path; `exclude` wins. */
export function isChosen(
  path: string,
  { include, exclude }: Pick<PublicationConfig["files"], "include" | "exclude">,
): boolean {
  const name = path.split("/").at(-1) ?? path;
  const matches = (pattern: string): boolean => isLike(name, pattern) || isLike(path, pattern);
  return (include.length === 0 || include.some(matches)) && !exclude.some(matches);
}
