import { join, resolve } from "node:path";
import { GITIGNORE_TEXT, PUBLICATIONS_TEXT, SETTINGS_TEXT } from "../../config/initial-files.ts";
import { DataLayer } from "../../data-layer/data-layer.ts";
import { Paths } from "../../data-layer/paths.ts";
import { GENERATION_STAGES } from "../../model/manifest/generation.ts";
import { packagedTemplate } from "../manifests/templates.ts";

/** Writes the commented configuration of a new home; what is there already stays. Gives the paths written. */
export async function initialiseHome(folder: string, cwd: string): Promise<readonly string[]> {
  const paths = new Paths(resolve(cwd, folder));
  const data = new DataLayer(paths);
  const templates = await Promise.all(
    GENERATION_STAGES.map(
      async (stage) =>
        [
          join(paths.home, paths.keys.template(stage, "prompt")),
          await packagedTemplate(data, stage),
        ] as const,
    ),
  );
  const files = [
    [paths.publications, PUBLICATIONS_TEXT],
    [paths.settings, SETTINGS_TEXT],
    ...templates,
    [join(paths.home, ".gitignore"), GITIGNORE_TEXT],
  ] as const;
  const written: string[] = [];
  for (const [path, text] of files) {
    if ((await data.readText(path)) !== null) continue;
    await data.writeText(path, text);
    written.push(path);
  }
  return written;
}
