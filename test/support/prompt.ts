import { readFileSync } from "node:fs";
import { join } from "node:path";
import { renderTemplate } from "../../src/model/manifest/template.ts";
import type { ColumnQuestion } from "../../src/stages/enrich/index.ts";
import { PROJECT } from "./home.ts";

const TEMPLATE = {
  id: "enriched/prompt",
  text: readFileSync(join(PROJECT, "config/templates/enriched/prompt.md"), "utf8"),
};

/** The prompt of a question, from the template that comes with the program. */
export function promptOf({ variables }: Pick<ColumnQuestion, "variables">): string {
  return renderTemplate(TEMPLATE, variables);
}
