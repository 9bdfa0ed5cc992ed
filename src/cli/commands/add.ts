import { Command } from "commander";
import { proposePublication, writeProposal } from "../../pipeline/home/add-publication.ts";
import type { Context, GlobalOptions } from "../context.ts";
import { renderDiscovery } from "../render-discovery.ts";

interface AddFlags {
  readonly pub?: string;
  readonly write?: boolean;
  readonly json?: boolean;
}

export function addCommand(context: Context): Command {
  return new Command("add")
    .description("look at a landing page and propose its entry for config/publications.yaml")
    .argument("<url>", "where the publisher lists the releases, https: or http:")
    .option("-p, --pub <code>", "code of the publication (default: by rule from its name)")
    .option("--write", "append the entry to config/publications.yaml")
    .option("--json", "print the entry and all that was seen as JSON")
    .addHelpText(
      "after",
      `
The entry is printed on stdout, what was found and what was left out on stderr. Only pages are
fetched, no file. Exit 6 if no file of a sure period was found.

Examples:
  canonry add https://example.org/statistics/waits
  canonry add https://example.org/statistics/waits --pub waits --write`,
    )
    .action(async (url: string, flags: AddFlags, command: Command) => {
      const { terminal } = context;
      const outside = { ...context, flags: { ...command.optsWithGlobals<GlobalOptions>() } };
      const proposal = await proposePublication(outside, url, flags.pub);
      const { code, entry, discovery, yaml } = proposal;
      if (flags.json === true)
        terminal.data(JSON.stringify({ code, entry, ...discovery }, null, 2));
      else {
        terminal.note(renderDiscovery(discovery, terminal.width));
        terminal.note("");
        terminal.data(yaml.trimEnd());
      }
      if (!discovery.links.some((link) => link.state === "found")) context.exit(6);
      if (flags.write !== true) return;
      terminal.note(`\nwrote ${code} to ${await writeProposal(outside, proposal)}`);
      terminal.note(`Next: canonry plan --pub ${code}`);
    });
}
