import { CanonryError } from "../errors.ts";

/** The text of a prompt with places in it: `{{ name }}`, a name being a-z, 0-9 and _. */
export interface Template {
  /** Folder and name below config/templates, such as "enriched/prompt". */
  readonly id: string;
  readonly text: string;
}

const PLACE = /\{\{[ \t]*([a-z][a-z0-9_]*)[ \t]*\}\}/g;

/**
 * The template with its variables in their places; what a variable holds is not looked at again. Throws
 * TEMPLATE_INVALID for a place without a variable, a variable without a place, and a `{{` that opens none.
 */
export function renderTemplate(
  template: Template,
  variables: Readonly<Record<string, string>>,
): string {
  const { text } = template;
  const fail = (message: string, at: number): never => {
    const line = text.slice(0, at).split("\n").length;
    throw new CanonryError("TEMPLATE_INVALID", message, { file: `${template.id}.md`, line });
  };
  const known = Object.keys(variables).join(", ");
  const used = new Set<string>();
  for (const place of text.matchAll(PLACE)) {
    const [, name = ""] = place;
    if (!Object.hasOwn(variables, name)) {
      fail(`{{ ${name} }} is not defined; there are: ${known}`, place.index);
    }
    used.add(name);
  }
  const stray = text.replace(PLACE, (place) => "x".repeat(place.length)).indexOf("{{");
  if (stray !== -1) fail("{{ opens no place: write {{ name }}", stray);
  const unused = Object.keys(variables).find((name) => !used.has(name));
  if (unused !== undefined) fail(`{{ ${unused} }} has no place`, text.length);
  return text.replace(PLACE, (_place, name: string) => variables[name] ?? "");
}
