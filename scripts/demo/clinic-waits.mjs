// Monthly workbooks of waits at clinics: title, notes, two-row merged headers, marks, totals, three sheets.
import { random } from "./random.mjs";
import { writeWorkbook } from "./workbook.mjs";

const REGIONS = ["East", "Midlands", "North", "South"];
const TOWNS =
  "Ashby Beck Coldford Denham Elmstow Farley Gilbrook Harrow Ilton Jarrow Kirkby Lowick Marsham Norcot Otley Penrith Quorn Rushton Selby Thornby".split(
    " ",
  );
const SPECIALTIES = [
  "Cardiology",
  "Dermatology",
  "Ear, nose and throat",
  "Neurology",
  "Ophthalmology",
];
const MONTHS =
  "January February March April May June July August September October November December".split(
    " ",
  );

/** Clinics by code: codes have leading zeros. */
const CLINICS = TOWNS.flatMap((town, at) =>
  ["General", "Children's"].map((kind, kindAt) => ({
    code: String(at * 2 + kindAt + 1).padStart(5, "0"),
    name: `${town} ${kind} Clinic`,
    region: REGIONS[at % REGIONS.length],
  })),
);

/** Small numbers are suppressed, as publishers do. */
const shown = (count) => (count < 8 ? "*" : count);

function figuresOf(period, revised) {
  const next = random(`${period} clinics`);
  return CLINICS.map((clinic) => {
    const waiting = Math.round(next() * 15000) + (revised && clinic.code === "00007" ? 25 : 0);
    const over18 = Math.round(waiting * next() * 0.4);
    const over52 = Math.round(over18 * next() * 0.08);
    const seen = Math.round(waiting * (0.3 + next() * 0.2));
    return { ...clinic, waiting, over18, over52, over104: Math.round(over52 * 0.1), seen };
  });
}

const sum = (items, key) => items.reduce((total, item) => total + item[key], 0);

function clinicSheet(period, label, figures) {
  const wider = period >= "2025-04";
  const keys = wider
    ? ["waiting", "over18", "over52", "over104", "seen"]
    : ["waiting", "over18", "over52", "seen"];
  const leaves = {
    waiting: "Total",
    over18: "Over 18 weeks",
    over52: "Over 52 weeks",
    over104: "Over 104 weeks",
    seen: "Seen in the month [note 1]",
  };
  const last = wider ? "G" : "F";
  return {
    name: "Table 1",
    merges: [`A5:A6`, "B5:B6", "C5:C6", `D5:${last}5`],
    rows: [
      [{ v: "Table 1: Patients waiting at the end of the month, by clinic", style: "bold" }],
      [`England, ${label}`],
      ["Source: monthly return of clinics"],
      [],
      [
        "Region",
        "Clinic code",
        "Clinic name",
        "Patients waiting",
        ...keys.slice(1, -1).map(() => null),
        "Activity",
      ],
      [null, null, null, ...keys.map((key) => leaves[key])],
      [{ v: "England", style: "bold" }, "-", "-", ...keys.map((key) => sum(figures, key))],
      ...figures.map((one) => [
        one.region,
        one.code,
        one.name,
        ...keys.map((key) => shown(one[key])),
      ]),
      [],
      ["Notes"],
      ["[note 1] Patients who had a first appointment in the month."],
      ["* = fewer than 8 patients, suppressed to protect privacy"],
      ["Contact: statistics@example.org"],
    ],
  };
}

function specialtySheet(label, period) {
  const next = random(`${period} specialties`);
  const rows = SPECIALTIES.map((name) => {
    const waiting = Math.round(2000 + next() * 9000);
    return [
      name,
      waiting,
      { v: Number((0.5 + next() * 0.4).toFixed(4)), style: "percent" },
      next() < 0.2 ? "[c]" : Number((next() * 20).toFixed(1)),
    ];
  });
  return {
    name: "Table 2",
    rows: [
      [{ v: "Table 2: Waiting by specialty", style: "bold" }],
      [`England, ${label}`],
      [],
      ["Specialty", "Patients waiting", "Within 18 weeks", "Median wait (weeks)"],
      ...rows,
      [
        "Total",
        rows.reduce((total, row) => total + row[1], 0),
        { v: 0.7012, style: "percent" },
        "[x]",
      ],
      [],
      ["[c] = confidential; [x] = not available"],
    ],
  };
}

function coverSheet(label) {
  return {
    name: "Cover",
    rows: [
      [{ v: "Clinic waiting times", style: "bold" }],
      [`Statistics for ${label}`],
      [],
      ["This workbook holds invented figures. It is made by the project itself, to be tried out."],
      ["Contents: Table 1 by clinic; Table 2 by specialty"],
    ],
  };
}

function writeIssue(folder, period, revised) {
  const [year, month] = period.split("-").map(Number);
  const label = `${MONTHS[month - 1]} ${year}`;
  const published = new Date(Date.UTC(year, month + (revised ? 2 : 1), 12, 9, 30))
    .toISOString()
    .slice(0, 19);
  return writeWorkbook(`${folder}/clinic-waits-${period}${revised ? "-revised" : ""}.xlsx`, {
    title: `Clinic waiting times, ${label}`,
    modified: `${published}Z`,
    sheets: [
      coverSheet(label),
      clinicSheet(period, label, figuresOf(period, revised)),
      specialtySheet(label, period),
    ],
  });
}

/** Seven months; March 2025 is issued again with one figure corrected; from April on there is one column more. */
export async function writeClinicWaits(folder) {
  const periods = ["2024-12", "2025-01", "2025-02", "2025-03", "2025-04", "2025-05", "2025-06"];
  for (const period of periods) await writeIssue(folder, period, false);
  await writeIssue(folder, "2025-03", true);
}
