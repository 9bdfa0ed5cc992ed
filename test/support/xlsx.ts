import { type RawMember, rawZip } from "./zip.ts";

const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

export interface RawSheet {
  readonly name: string;
  /** XML of the worksheet between its root tags, or a whole part if it begins with "<?xml". */
  readonly xml: string;
  readonly state?: string;
  readonly type?: "worksheet" | "chartsheet";
}

export interface RawBook {
  readonly sheets: readonly RawSheet[];
  readonly strings?: readonly string[];
  /** XML between the tags of `styleSheet`. */
  readonly styles?: string;
  readonly date1904?: boolean;
  readonly more?: readonly RawMember[];
}

/** Formats: 0 plain, 1 date, 2 percent, 3 bold, 4 a date of its own, 5 elapsed hours. */
export const STYLES = `<numFmts count="2"><numFmt numFmtId="164" formatCode="mmm\\-yy;@"/><numFmt numFmtId="165" formatCode="[h]:mm"/></numFmts>
<fonts count="2"><font/><font><b/></font></fonts>
<cellXfs count="6"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="10"/><xf numFmtId="0" fontId="1"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs>`;

/** What Excel writes at the end of a workbook since 2010. */
const EXTENSIONS = `<extLst><ext uri="{79F54976-1DA5-4618-B147-4CDE4B953A38}" xmlns:x14="urn:x14"><x14:workbookPr defaultImageDpi="32767"/></ext></extLst>`;

/** An xlsx as bytes, with hand-made parts. */
export function rawXlsx(book: RawBook): Buffer {
  const sheets = book.sheets.map(
    (sheet, at) =>
      `<sheet name="${sheet.name}" sheetId="${at + 1}"${sheet.state === undefined ? "" : ` state="${sheet.state}"`} r:id="rId${at + 1}"/>`,
  );
  const relations = book.sheets.map(
    (sheet, at) =>
      `<Relationship Id="rId${at + 1}" Type="${OFFICE}/${sheet.type ?? "worksheet"}" Target="worksheets/sheet${at + 1}.xml"/>`,
  );
  const strings = (book.strings ?? []).map((text) =>
    text.startsWith("<") ? `<si>${text}</si>` : `<si><t>${text}</t></si>`,
  );
  return rawZip([
    { name: "[Content_Types].xml", content: "<Types/>" },
    {
      name: "_rels/.rels",
      content: `<Relationships><Relationship Id="r" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    },
    {
      name: "xl/workbook.xml",
      content: `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><workbookPr${book.date1904 === true ? ' date1904="1"' : ""}/><sheets>${sheets.join("")}</sheets>${EXTENSIONS}</workbook>`,
    },
    {
      name: "xl/_rels/workbook.xml.rels",
      content: `<Relationships>${relations.join("")}<Relationship Id="s" Type="${OFFICE}/styles" Target="styles.xml"/><Relationship Id="t" Type="${OFFICE}/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>`,
    },
    { name: "xl/styles.xml", content: `<styleSheet>${book.styles ?? STYLES}</styleSheet>` },
    { name: "xl/sharedStrings.xml", content: `<sst>${strings.join("")}</sst>` },
    ...book.sheets.map((sheet, at) => ({
      name: `xl/worksheets/sheet${at + 1}.xml`,
      content: sheet.xml.startsWith("<?xml") ? sheet.xml : `<worksheet>${sheet.xml}</worksheet>`,
    })),
    ...(book.more ?? []),
  ]);
}

/** A workbook of one sheet called S. */
export function oneSheet(xml: string, more: Omit<RawBook, "sheets"> = {}): Buffer {
  return rawXlsx({ sheets: [{ name: "S", xml }], ...more });
}
