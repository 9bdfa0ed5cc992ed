import fc from "fast-check";
import { expect, test } from "vitest";
import { SheetReader } from "../../src/formats/xlsx/sheet-reader.ts";
import { PLAIN } from "../../src/formats/xlsx/styles.ts";
import { XmlScanner } from "../../src/formats/xml.ts";
import { LIMITS } from "../../src/model/limits.ts";

const CONTEXT = {
  strings: ["North", "", "a & b", "007"],
  styles: [PLAIN, { ...PLAIN, date: true }, { ...PLAIN, percent: true, bold: true }],
  date1904: false,
  limits: LIMITS,
  where: {},
};

const seldom = <Value>(usual: readonly Value[], odd: readonly Value[]): fc.Arbitrary<Value> =>
  fc.oneof(
    { arbitrary: fc.constantFrom(...usual), weight: 15 },
    { arbitrary: fc.constantFrom(...odd), weight: 1 },
  );
const column = seldom(["A", "B", "c", "Z", "AA", "XFD"], ["XFE", ""]);
const row = seldom(["1"], ["", "9"]);
const style = seldom(["", ' s="0"', ' s="1"', ' s="02"', ' s="9"'], [' s=""', " s='1'"]);
const text = fc.constantFrom("0", "3.50", "1E-3", " 7 ", "45000", "5.", ".5", "-1", "x &lt; y");
const typed = fc.oneof(
  fc.tuple(fc.constant(' t="s"'), seldom(["0", "1", "2", "3"], ["4", "1.0", "&#49;"])),
  fc.tuple(fc.constantFrom("", ' t="n"', ' t="b"', ' t="e"', ' t="str"', ' t="d"'), text),
);
const cell = fc.tuple(column, row, style, typed).chain(([letters, number, look, [kind, value]]) => {
  const name = `<c r="${letters}${number}"${look}${kind}`;
  return fc.oneof(
    fc.constant(`${name}><v>${value}</v></c>`),
    fc.constantFrom(
      `${name}/>`,
      `${name}></c>`,
      `${name} />`,
      `<c${kind}${look}><v>${value}</v></c>`,
      `<c r="${letters}1"${kind}${look}><v>${value}</v></c>`,
      `${name} cm="1"><v>${value}</v></c>`,
      `${name}><f>A1+1</f><v>${value}</v></c>`,
      `${name}><v>${value}</v><extLst/></c>`,
      `${name}>\n<v>${value}</v>\n</c>`,
      `${name}><v></v></c>`,
      `${name}><v>${value}</v><f>A1+1</f></c>`,
      `${name}><v>${value}</v><is><t>other</t></is></c>`,
    ),
  );
});

/** Rows, or what was wrong, of a sheet in two pieces; `take`: by the short way where there is one. */
function read(xml: string, cut: number, take: boolean): unknown {
  const reader = new SheetReader(CONTEXT);
  const { open, close, text } = SheetReader.prototype;
  const handler = take
    ? reader
    : { open: open.bind(reader), close: close.bind(reader), text: text.bind(reader) };
  const scanner = new XmlScanner(handler, LIMITS.cell_bytes, {});
  try {
    scanner.write(xml.slice(0, cut));
    scanner.write(xml.slice(cut));
    scanner.end();
    return [reader.rows, reader.end()];
  } catch (error) {
    return String(error);
  }
}

test("a cell of the usual form is what it is when told tag by tag, wherever the piece ends", () => {
  fc.assert(
    fc.property(
      fc.array(cell, { maxLength: 5 }),
      fc.nat(400),
      seldom([true], [false]),
      (cells, cut, inRow) => {
        const row = inRow ? `<row r="1">${cells.join("")}</row>` : cells.join("");
        const xml = `<sheetData>${row}<row r="2"><c r="B2" t="s"><v>0</v></c></row></sheetData>`;
        expect(read(xml, cut, true)).toEqual(read(xml, cut, false));
      },
    ),
    { numRuns: 1_000 },
  );
});
