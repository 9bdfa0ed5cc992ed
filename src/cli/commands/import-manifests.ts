import { resolve } from "node:path";
import { Command } from "commander";
import { type ImportReport, importManifests } from "../../pipeline/manifests/import-manifests.ts";
import { type Context, inWorld } from "../context.ts";
import { renderTable } from "../table.ts";

interface ImportFlags {
  readonly pub?: string;
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function importManifestsCommand(context: Context): Command {
  return new Command("import-manifests")
    .description("make one canonical manifest a publication out of a folder of one a period")
    .argument(
      "<folder>",
      "holds <publication>_<period>_canonical.yaml, such as adhd_aug25_canonical.yaml",
    )
    .option("-p, --pub <code>", "the publication that they are of, whatever they are called")
    .option("-n, --dry-run", "say what would be written, and what is not reconciled")
    .option("--force", "add to a manifest that says something else; what was loaded stays as it is")
    .option("--json", "print the report as JSON")
    .addHelpText(
      "after",
      "\nExits 3 if something could not be reconciled: it was left out, with file and line.",
    )
    .action(async (folder: string, flags: ImportFlags, command: Command) => {
      await inWorld(context, command, async (world) => {
        const report = await importManifests(world, {
          folder: resolve(context.cwd, folder),
          publication: flags.pub ?? null,
          dryRun: flags.dryRun === true,
          force: flags.force === true,
        });
        context.terminal.data(
          flags.json === true ? JSON.stringify(report, null, 2) : render(report),
        );
        if (report.findings.some((one) => one.kind === "conflict")) context.exit(3);
      });
    });
}

function render({ publications, findings }: ImportReport): string {
  const table = renderTable(publications, [
    { title: "publication", value: (one) => one.publication },
    { title: "status", value: (one) => one.status },
    { title: "manifests", value: (one) => String(one.manifests), align: "right" },
    { title: "periods", value: (one) => `${one.first_period} to ${one.last_period}` },
    { title: "sources", value: (one) => String(one.sources), align: "right" },
    { title: "columns", value: (one) => String(one.columns), align: "right" },
    { title: "manifest", value: (one) => one.path, shrinks: true },
  ]);
  const list = (kind: string, title: string): string => {
    const own = findings.filter((one) => one.kind === kind);
    const lines = own.map(
      (one) =>
        `  ${one.file}:${one.line}: ${one.source === null ? "" : `${one.source}: `}${one.message}`,
    );
    return lines.length === 0 ? "" : [title, ...lines].join("\n");
  };
  return [table, list("conflict", "Not reconciled, left out:"), list("note", "Taken, and how:")]
    .filter((part) => part !== "")
    .join("\n\n");
}
