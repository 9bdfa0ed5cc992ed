// Daily calls to ambulance services: CSV files, from March 2025 on inside a ZIP; one column more from May.
import { writeFileSync } from "node:fs";
import { random } from "./random.mjs";
import { writeZip } from "./workbook.mjs";

const SERVICES = [
  ["RX5", "Northern Ambulance Service"],
  ["RX6", "Eastern Ambulance Service"],
  ["RX7", "Southern Counties Ambulance Service, including islands"],
  ["RX8", "Western Ambulance Service – Coast"],
  ["0A1", "City Ambulance Service"],
];

function table(period) {
  const [year, month] = period.split("-").map(Number);
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const next = random(`${period} calls`);
  const abandoned = period >= "2025-05";
  const header = ["Date", "Org code", "Organisation", "Calls", "Mean response (seconds)"];
  if (abandoned) header.push("Calls abandoned");
  const lines = [header.join(",")];
  for (let day = 1; day <= days; day++) {
    for (const [code, name] of SERVICES) {
      const calls = Math.round(400 + next() * 900);
      const response = next() < 0.04 ? "n/a" : (380 + next() * 240).toFixed(1);
      const date = `${String(day).padStart(2, "0")}/${String(month).padStart(2, "0")}/${year}`;
      const cells = [date, code, name.includes(",") ? `"${name}"` : name, calls, response];
      if (abandoned) cells.push(Math.round(calls * 0.02));
      lines.push(cells.join(","));
    }
  }
  return `${lines.join("\r\n")}\r\n`;
}

/** Early files are windows-1252, as old systems write them. */
const latin = (text) => Buffer.from(text.replaceAll("–", "\u0096"), "latin1");

export async function writeAmbulanceCalls(folder) {
  for (const period of ["2024-12", "2025-01", "2025-02"]) {
    writeFileSync(
      `${folder}/ambulance_calls_${period.replace("-", "_")}.csv`,
      latin(table(period)),
    );
  }
  for (const period of ["2025-03", "2025-04", "2025-05", "2025-06"]) {
    const name = `ambulance_calls_${period.replace("-", "_")}`;
    await writeZip(`${folder}/${name}.zip`, [
      [`${name}.csv`, table(period)],
      ["readme.md", "Invented figures, made by the project itself.\n"],
    ]);
  }
}
