import { Command } from "commander";
import { history } from "../../inquiry/versions.ts";
import { changelogMarkdown } from "../../model/manifest/changelog.ts";
import { type Context, inWorld } from "../context.ts";
import { renderChangelog } from "../render-versions.ts";

export function historyCommand(context: Context): Command {
  return new Command("history")
    .description("how the manifest of a publication became what it is, newest first")
    .argument("<publication>", "its code")
    .option("--markdown", "print it as Markdown, as it stands beside the manifest")
    .option("--json", "print it as JSON")
    .action(
      async (code: string, flags: { markdown?: boolean; json?: boolean }, command: Command) => {
        await inWorld(context, command, async ({ database }) => {
          const changelog = await history(database, code);
          if (flags.json === true) context.terminal.data(JSON.stringify(changelog, null, 2));
          else if (flags.markdown === true) context.terminal.raw(changelogMarkdown(changelog));
          else context.terminal.data(renderChangelog(changelog));
        });
      },
    );
}
