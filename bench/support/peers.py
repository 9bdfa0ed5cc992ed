"""What one would write by hand with Python libraries for the same work. Each prints what it did as JSON.

python peers.py NAME ARGUMENT...
"""

import io
import json
import sys
from pathlib import Path

TYPES = {
    "int64": "bigint",
    "Int64": "bigint",
    "float64": "double precision",
    "datetime64": "date",
}


def connect(url):
    import psycopg

    return psycopg.connect(url)


def copy_frame(connection, table, frame):
    """A new table of the frame's types, filled by one COPY."""
    kinds = [
        next((sql for kind, sql in TYPES.items() if str(dtype).startswith(kind)), "text")
        for dtype in frame.dtypes
    ]
    columns = ", ".join(f'"{name}" {kind}' for name, kind in zip(frame.columns, kinds))
    with connection.cursor() as cursor:
        cursor.execute(f'create table "{table}" ({columns})')
        with cursor.copy(f'copy "{table}" from stdin (format csv)') as copy:
            step = 100_000
            for start in range(0, len(frame), step):
                text = io.StringIO()
                frame.iloc[start : start + step].to_csv(text, index=False, header=False)
                copy.write(text.getvalue())
    return len(frame)


def pandas_clean(url, path):
    import pandas

    frame = pandas.read_csv(path, parse_dates=["day"])
    with connect(url) as connection:
        return {"rows": copy_frame(connection, "by_pandas", frame)}


def pandas_dirty(url, path):
    import pandas

    frame = pandas.read_csv(path, dtype=str, keep_default_na=False)
    for name in ["org_code", "org_name", "region", "category", "comment_code"]:
        frame[name] = frame[name].str.strip()
    frame["day"] = pandas.to_datetime(frame["day"], format="%d/%m/%Y")
    for name in ["attendances", "admissions", "waits_over_4h"]:
        number = frame[name].str.strip().str.replace(",", "", regex=False)
        frame[f"{name}_marker"] = number.where(number == "*")
        frame[name] = pandas.to_numeric(number.where(number != "*")).astype("Int64")
    for name in ["mean_wait", "rate"]:
        frame[name] = pandas.to_numeric(frame[name])
    with connect(url) as connection:
        return {"rows": copy_frame(connection, "by_pandas", frame)}


def dlt_rows(url, path):
    """As its guide has it: the reader of CSV files gives rows."""
    from dlt.sources.filesystem import filesystem, read_csv

    folder, name = str(Path(path).parent), Path(path).name
    return dlt_load(url, filesystem(bucket_url=folder, file_glob=name) | read_csv(), "dlt_rows")


def dlt_arrow(url, path):
    """Its fast way: Arrow batches, which are not looked into, to CSV, to COPY."""
    import dlt
    from pyarrow import csv

    @dlt.resource(name="rows")
    def batches():
        with csv.open_csv(path) as reader:
            yield from reader

    return dlt_load(url, batches(), "dlt_arrow")


def dlt_load(url, resource, dataset):
    import tempfile

    import dlt

    with tempfile.TemporaryDirectory() as folder:
        pipeline = dlt.pipeline(
            "bench",
            destination=dlt.destinations.postgres(url),
            dataset_name=dataset,
            pipelines_dir=folder,
        )
        pipeline.run(
            resource.with_name("rows"), write_disposition="replace", loader_file_format="csv"
        )
    with connect(url) as connection:
        return {"rows": connection.execute(f"select count(*) from {dataset}.rows").fetchone()[0]}


def workbooks(url, *paths):
    """Every sheet as it stands, text, one table each: no header, no type, no period is found."""
    import pandas

    rows = 0
    with connect(url) as connection:
        for at, path in enumerate(paths):
            sheets = pandas.read_excel(path, sheet_name=None, header=None, dtype=str)
            for number, frame in enumerate(sheets.values()):
                frame.columns = [f"c{index}" for index in range(frame.shape[1])]
                rows += copy_frame(connection, f"sheet_{at}_{number}", frame)
    return {"rows": rows}


def cells(path):
    """Cells of the first sheet, without the start of Python."""
    import time

    from python_calamine import CalamineWorkbook

    started = time.perf_counter()
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    return {"cells": sum(map(len, rows)), "seconds": time.perf_counter() - started}


def export(url, table, target):
    import pandas
    import pyarrow
    import pyarrow.parquet

    rows, writer = 0, None
    with connect(url) as connection, connection.cursor(name="export") as cursor:
        cursor.itersize = 100_000
        cursor.execute(f"select * from {table} rows")
        while batch := cursor.fetchmany(100_000):
            names = [column.name for column in cursor.description]
            frame = pandas.DataFrame(batch, columns=names)
            schema = None if writer is None else writer.schema
            part = pyarrow.Table.from_pandas(frame, schema=schema, preserve_index=False)
            writer = writer or pyarrow.parquet.ParquetWriter(
                target, with_wide_decimals(part.schema), compression="zstd"
            )
            writer.write_table(part.cast(writer.schema))
            rows += len(frame)
    writer.close()
    return {"rows": rows}


def with_wide_decimals(schema):
    import pyarrow

    return pyarrow.schema(
        [
            field.with_type(pyarrow.decimal128(38, 6))
            if pyarrow.types.is_decimal(field.type)
            else field
            for field in schema
        ]
    )


if __name__ == "__main__":
    name, *arguments = sys.argv[1:]
    print(json.dumps(globals()[name](*arguments)))
