import { readFileSync } from "node:fs";
const root = process.env.ROOT ?? "/work/main";
const { RegularEncoder } = await import(root + "/src/stages/load/regular-part.ts");
const { bytesOf } = await import(root + "/src/model/storage/bytes.ts");
const content = readFileSync("/tmp/h/dirty.csv");
const names = content.subarray(0, content.indexOf(10)).toString().split(",");
const types: Record<string,string> = { day: "date", attendances: "bigint", admissions: "bigint", waits_over_4h: "bigint", mean_wait: "numeric", rate: "numeric" };
const columns = names.map((name) => ({ name, type: types[name] ?? "text", role: types[name] && name !== "day" ? "measure" : "dimension", header: [name], aliases: [], markers: [] as string[], ...(types[name]==="bigint" ? { markers: ["*"] } : {}) }));
const { hasMarkers, markerName } = await import(root + "/src/model/marks/marked-columns.ts");
const contract: any = { columns, layout: "rows", time: [] };
const part: any = { region: { columns: names.map(() => ({})), file: "x", member: null }, bindings: names.map((column, index) => ({ column, index })), periods: [] };
const table = columns.flatMap((c: any) => [{name:c.name,type:c.type}, ...(hasMarkers(c) ? [{name: markerName(c.name), type:"text"}] : [])]);
console.log(table.length);
for (let i = 0; i < 4; i++) {
  let aside = 0;
  const enc = new RegularEncoder(contract, part, { loadId: "1", part: 1, columns: table } as any, () => aside++);
  const c = process.cpuUsage(); const t = performance.now(); let size = 0;
  const of = (enc as any).linesOf ?? (enc as any).lines;
  for await (const piece of of.call(enc, { bytes: bytesOf("x", content), dialect: { delimiter: ",", quote: '"', escape: '"', bomBytes: 0, newline: "\n" } } as any)) { size += piece.length; }
  const d = process.cpuUsage(c);
  console.log(size, (performance.now() - t | 0) + "ms", (d.user + d.system) / 1e3 | 0, aside, enc.digest.facts()[0]?.digest);
}
