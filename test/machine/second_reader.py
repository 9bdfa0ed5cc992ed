"""Reads workbooks with openpyxl and xlrd, without the loader's code, and tells what every cell holds.

Usage: second_reader.py, a request in JSON a line on standard input, an answer in JSON a line on standard output:

  {"path": P}                   {"path": P, "refused": why}, or {"path": P, "sheets": [{name, hidden,
                                hidden_columns, numbers, cells, dates, digest}]}
  {"path": P, "sheet": NAME}    {"path": P, "records": [record]}

A record is `row US column US kind US text`; a digest is the sha256 of a sheet's records, each ended by RS.
Rows count from 1 and columns from 0. Cells that are empty or hold "" have no record. The workbooks of an
archive are read too, their sheets called `member/sheet`. Hidden columns are ranges `first-last`.

Where the two libraries mean something else than the loader, it is settled here and nowhere else:

- `numbers` of an xlsx are the literals of the file (openpyxl makes doubles of them: `Literal` keeps the
  text); of an xls they are IEEE doubles, in hexadecimal, since that is what the file stores.
- A time of day (before day 1 of the calendar), the 29 February 1900, elapsed time (`[h]:mm`, a timedelta
  for openpyxl, a date for xlrd) and a serial beyond the calendar (an error for openpyxl) are numbers.
- `_xHHHH_` in the texts of an xlsx stands for a character (ECMA-376 part 1, 22.9.2.19); openpyxl leaves it,
  and strips `x005F_`. NUL and halves of surrogate pairs are no characters of a text: they stay as written.
- The styles of an xlsx are where its list of content types says; openpyxl looks for `xl/styles.xml` only.
- The errors of an xls are numbers for xlrd.
- Chart sheets, dialogs and macro sheets hold no cells: neither library lists them with the worksheets.
"""
import datetime
import hashlib
import io
import json
import re
import struct
import sys
import warnings
import zipfile

import openpyxl
import openpyxl.reader.excel as excel
import openpyxl.styles.stylesheet as stylesheet
import openpyxl.worksheet._reader as reader
import xlrd
from openpyxl.cell.text import Text
from openpyxl.styles.numbers import is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH
from openpyxl.xml.constants import ARC_STYLE, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

warnings.simplefilter("ignore")

LAST_DAY = 2958466
WORKBOOK = re.compile(r"\.xls[xm]?$", re.I)


class Literal(float):
    """A number that remembers how the file writes it."""

    def __new__(cls, text):
        self = super().__new__(cls, text)
        self.literal = text.strip()
        return self


def is_calendar_date(serial, epoch_1904):
    if epoch_1904:
        return 0 <= serial < LAST_DAY
    return 1 <= serial < LAST_DAY and not 60 <= serial < 61


def date_or_literal(value, epoch=None, timedelta=False):
    if timedelta or not is_calendar_date(value, epoch == MAC_EPOCH):
        return value
    return original_from_excel(value, epoch)


def shared_strings(source):
    """openpyxl's own, but for the replacement of `x005F_`."""
    strings = []
    for _, node in iterparse(source):
        if node.tag == "{%s}si" % SHEET_MAIN_NS:
            strings.append(Text.from_tree(node).content)
            node.clear()
    return strings


original_from_excel = reader.from_excel
reader.from_excel = date_or_literal
reader._cast_number = Literal
excel.read_string_table = shared_strings


def unescaped(text):
    if "_x" not in text:
        return text
    return re.sub(r"_x(?!0000|[Dd][89A-Fa-f])([0-9A-Fa-f]{4})_", lambda m: chr(int(m[1], 16)), text)


def iso(moment):
    if isinstance(moment, datetime.datetime):
        if moment.microsecond:
            return moment.isoformat(timespec="milliseconds")
        if moment.hour or moment.minute or moment.second:
            return moment.isoformat()
        return moment.date().isoformat()
    return moment.isoformat()


def xlsx_cell(value, kind):
    """(kind, text) of what openpyxl gives, or None for an empty cell."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "boolean", "TRUE" if value else "FALSE"
    if isinstance(value, Literal):
        return "number", value.literal
    if isinstance(value, (datetime.datetime, datetime.date)):
        return "date", iso(value)
    return "error" if kind == "e" else "text", unescaped(value)


def styles_part(archive):
    types = archive.read("[Content_Types].xml").decode("utf-8-sig")
    parts = re.findall(r"<Override\b[^>]*\.styles\+xml[^>]*>", types)
    return re.search(r'PartName="/?([^"]+)"', parts[0])[1] if parts else ARC_STYLE


def xlsx_sheets(source):
    with zipfile.ZipFile(source) as archive:
        stylesheet.ARC_STYLE = styles_part(archive)
    book = openpyxl.load_workbook(source, data_only=True, read_only=True)
    for sheet in book.worksheets:
        columns = set()
        rows = xlsx_rows(book, sheet, columns)
        yield sheet.title, sheet.sheet_state != "visible", "literal", columns, rows


def xlsx_rows(book, sheet, hidden_columns):
    """The parser below `iter_rows`, which would fill up to a far cell and trust the dimension."""
    with sheet._get_source() as source:
        parser = reader.WorkSheetParser(
            source, sheet._shared_strings, data_only=True, epoch=book.epoch,
            date_formats=book._date_formats, timedelta_formats=book._timedelta_formats)
        for _, row in parser.parse():
            for cell in sorted(row, key=lambda cell: cell["column"]):
                made = xlsx_cell(cell["value"], cell["data_type"])
                if made is not None:
                    yield cell["row"], cell["column"] - 1, made
        for facts in parser.column_dimensions.values():
            if facts.get("hidden") in ("1", "true"):
                hidden_columns.update(range(int(facts["min"]) - 1, int(facts["max"])))


def xls_cell(cell, book):
    if cell.ctype == xlrd.XL_CELL_TEXT:
        return ("text", cell.value) if cell.value != "" else None
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "boolean", "TRUE" if cell.value else "FALSE"
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return "error", xlrd.error_text_from_code[cell.value]
    if cell.ctype == xlrd.XL_CELL_DATE and is_calendar_date(cell.value, book.datemode == 1):
        style = book.format_map[book.xf_list[cell.xf_index].format_key]
        if not is_timedelta_format(style.format_str):
            return "date", iso(xlrd.xldate_as_datetime(cell.value, book.datemode))
    if cell.ctype in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        return "number", struct.pack(">d", cell.value).hex()
    return None


def xls_sheets(source):
    book = xlrd.open_workbook(file_contents=source.read(), formatting_info=True, on_demand=True,
                              ragged_rows=True, logfile=sys.stderr)
    for at, name in enumerate(book.sheet_names()):
        sheet = book.sheet_by_index(at)
        columns = {at for at, facts in sheet.colinfo_map.items() if facts.hidden}
        yield name, sheet.visibility != 0, "double", columns, xls_rows(book, sheet)
        book.unload_sheet(at)


def xls_rows(book, sheet):
    for row in range(sheet.nrows):
        for column, cell in enumerate(sheet.row(row)):
            made = xls_cell(cell, book)
            if made is not None:
                yield row + 1, column, made


def sheets_of(source):
    """(name, hidden, what numbers are, hidden columns once the rows are read, rows) of each sheet."""
    magic = source.read(2)
    source.seek(0)
    if magic != b"PK":
        yield from xls_sheets(source)
        return
    with zipfile.ZipFile(source) as archive:
        members = [name for name in archive.namelist() if WORKBOOK.search(name)]
        if "[Content_Types].xml" in archive.namelist():
            yield from xlsx_sheets(source)
        for member in sorted(members):
            for name, *rest in sheets_of(io.BytesIO(archive.read(member))):
                yield (member + "/" + name, *rest)


def records(rows):
    for row, column, (kind, text) in rows:
        yield kind, "%d\x1f%d\x1f%s\x1f%s" % (row, column, kind, text)


def ranges(numbers):
    found = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ["%d-%d" % (first, last) for first, last in found]


def summary(name, hidden, numbers, columns, rows):
    digest = hashlib.sha256()
    cells = dates = 0
    for kind, record in records(rows):
        digest.update(record.encode())
        digest.update(b"\x1e")
        cells += 1
        dates += kind == "date"
    return {"name": name, "hidden": hidden, "hidden_columns": ranges(columns), "numbers": numbers,
            "cells": cells, "dates": dates, "digest": digest.hexdigest()}


def answer(request):
    wanted = request.get("sheet")
    with open(request["path"], "rb") as source:
        try:
            if wanted is None:
                return {"sheets": [summary(*sheet) for sheet in sheets_of(source)]}
            rows = next(rows for name, *_, rows in sheets_of(source) if name == wanted)
            return {"records": [record for _, record in records(rows)]}
        except Exception as error:  # Whatever a library throws: the file is not for it.
            return {"refused": "%s: %s" % (type(error).__name__, error)}


for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps({"path": request["path"], **answer(request)}), flush=True)
