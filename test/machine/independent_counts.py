"""Counts what published files show, without the loader's code: openpyxl, xlrd, csv and the XML of an ods.

Usage: independent_counts.py PUBLICATIONS_FOLDER  ->  JSON lines {source, period, vintage, rows, sums}
`rows` are observations (totals and sub-totals left out); `sums` are exact decimals by column of the table.
"""
import csv
import datetime
import glob
import json
import os
import re
import sys
import zipfile
from decimal import Decimal

import openpyxl
import xlrd

ROOT = sys.argv[1]


def emit(source, period, rows, sums, vintage=1):
    print(json.dumps({"source": source, "period": period, "vintage": vintage, "rows": rows,
                      "sums": {name: str(value) for name, value in sums.items()}}))


def number(value):
    """The decimal that a cell shows, or None: a marker, a blank."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return Decimal(repr(value))
    text = str(value).strip().replace(",", "")
    return Decimal(text) if re.fullmatch(r"-?\d+(\.\d+)?", text) else None


def total(rows, index):
    return sum((number(row[index]) or Decimal(0) for row in rows), Decimal(0))


def releases(slug):
    for folder in sorted(os.listdir(os.path.join(ROOT, slug))):
        for path in sorted(glob.glob(os.path.join(ROOT, slug, folder, "*"))):
            yield folder, path


def xlsx_rows(path, sheet):
    book = openpyxl.load_workbook(path, data_only=True, read_only=True)
    book[sheet].reset_dimensions()
    rows = [list(row) for row in book[sheet].iter_rows(values_only=True)]
    width = max(map(len, rows))
    return [row + [None] * (width - len(row)) for row in rows]


def find(row, text):
    """Index of the header cell that begins with `text`."""
    return next(at for at, cell in enumerate(row) if str(cell or "").strip().startswith(text))


def online_consultation():
    for period, path in releases("nhs-online-consultation-submissions"):
        rows = xlsx_rows(path, "Table 2")
        at = next(i for i, row in enumerate(rows) if str(row[0] or "").startswith("Month"))
        header, data = rows[at], [row for row in rows[at + 1:] if isinstance(row[0], datetime.datetime)]
        emit("online_consultation_table_2", period, len(data), {
            "submissions": total(data, find(header, "Submissions")),
            "clinical_submissions": total(data, find(header, "Clinical Submissions"))})


def community_waits():
    for period, path in releases("nhs-community-health-waiting-lists"):
        rows = xlsx_rows(path, "Table 4")
        at = next(i for i, row in enumerate(rows) if row[0] == "Organisation Type")
        data = [row for row in rows[at + 1:] if row[0] == "Provider"]
        header = [re.sub(r"\W+", " ", str(cell or "")).strip() for cell in rows[at]]
        emit("community_waits_table_4", period, len(data), {
            "a_audiology": total(data, header.index("A Audiology")),
            "a_community_nursing_services": total(data, header.index("A Community nursing services"))})
        # The wide table of services by month: one observation is one filled cell.
        rows = xlsx_rows(path, "Table 2")
        at = next(i for i, row in enumerate(rows) if row[0] == "Service")
        body = [row for row in rows[at + 1:] if str(row[0] or "").startswith("(")]
        cells = [value for row in body for value in row[1:] if number(value) is not None]
        emit("community_waits_table_2", period, len(cells), {"value": sum(map(number, cells))})


def pcn_workforce():
    for period, path in releases("nhs-pcn-workforce-individual"):
        with open(path, encoding="cp1252", newline="") as file:
            header, *data = list(csv.reader(file))
        emit("pcn_workforce_primary_care_networks_individual_level", period, len(data), {
            "fte": total(data, header.index("FTE"))})


def diagnostics():
    for period, path in releases("nhs-diagnostics-waiting-times-provider"):
        book = xlrd.open_workbook(path)
        sheet = book.sheet_by_name("Provider")
        data = [sheet.row_values(i) for i in range(15, sheet.nrows) if sheet.cell_value(i, 3)]
        emit("diagnostics_provider", period, len(data), {
            "total_waiting_list": total(data, 5), "number_waiting_6_weeks": total(data, 6)})
        sheet = book.sheet_by_name("Provider by Test")
        data = [row for row in map(sheet.row_values, range(15, sheet.nrows)) if row[3] and row[6] != "Total"]
        emit("diagnostics_provider_by_test", period, len(data), {
            "total_waiting_list": total(data, 7), "number_waiting_6_weeks": total(data, 8)})


def ae():
    for period, path in releases("nhs-ae-attendances-monthly-csv"):
        if len(period) > 7:
            continue  # the same file with other line ends
        with open(path, encoding="utf-8-sig", newline="") as file:
            header, *data = list(csv.reader(file))
        data = [row for row in data if row and row[0].strip().lower() != "total"]
        emit("ae_monthly_ae", period, len(data), {
            "a_and_e_attendances_type_1": total(data, header.index("A&E attendances Type 1")),
            "a_and_e_attendances_type_2": total(data, header.index("A&E attendances Type 2"))})


def beds():
    issues = {}
    for folder, path in releases("nhs-beds-kh03-overnight"):
        issues.setdefault(folder[:7], []).append((openpyxl.load_workbook(path, read_only=True).properties.modified, path))
    for quarter, paths in issues.items():
        year = int(quarter[:4])
        period = f"FY{year}-{(year + 1) % 100:02d}-{quarter[5:]}"
        for vintage, (_modified, path) in enumerate(sorted(paths), 1):
            rows = xlsx_rows(path, "NHS Trust by Sector")
            data = [row for row in rows if re.fullmatch(r"\d{4}-\d{2}", str(row[1] or "")) and row[4]]
            emit("beds_nhs_trust_by_sector", period, len(data), {
                "available_total": total(data, 6),
                "available_maternity": total(data, 9)}, vintage)


def wales():
    for period, path in releases("statswales-rtt-waiting-lists"):
        with open(path, encoding="utf-8-sig", newline="") as file:
            data = [row for row in list(csv.reader(file))[3:] if any(cell.strip() for cell in row)]
        emit("wales_waiting_lists_for_wales_raw_data", period, len(data), {
            "all_up_to_26_weeks": total(data, 27), "all_over_1_week_and_up_to_2_weeks": total(data, 2)})


def council_tax():
    for _folder, path in releases("dluhc-council-tax-support"):
        xml = zipfile.ZipFile(path).read("content.xml").decode()
        table = xml[xml.index('table:name="Table_2"'):]
        table = table[:table.index("</table:table>")]
        rows = []
        for row in re.findall(r"<table:table-row.*?</table:table-row>", table, re.S):
            cells = []
            for repeat, text in re.findall(
                    r'<table:table-cell(?:[^>]*?number-columns-repeated="(\d+)")?[^>]*?(?:/>|>(.*?)</table:table-cell>)', row, re.S):
                cells += [re.sub("<[^>]+>", "", text)] * min(int(repeat or 1), 60)
            rows.append(cells)
        data = [row for row in rows if re.fullmatch(r"E\d{4}", row[0] if row else "")]
        emit("council_tax_table_2", "FY2022-23-Q3", len(data), {
            "as_at_31_december_2015_q3": total(data, 7), "as_at_31_march_2016_q4": total(data, 8)})


for publication in (online_consultation, community_waits, pcn_workforce, diagnostics, ae, beds, wales, council_tax):
    publication()
