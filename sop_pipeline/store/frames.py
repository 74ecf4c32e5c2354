"""Rows of a query as a frame: one conversion for every database.

Belongs here: how an Arrow type becomes a pandas type.
Does not belong here: what a column must hold (`schemas/`).
"""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from sop_pipeline.planning.days import FOR_EVER, SINCE_EVER

_PANDAS_TYPES = {
    **{kind: pd.Int64Dtype() for kind in (pa.int8(), pa.int16(), pa.int32(), pa.int64())},
    pa.string(): pd.StringDtype(),
    pa.large_string(): pd.StringDtype(),
    pa.bool_(): pd.BooleanDtype(),
}
_TIME = pa.timestamp("us")


def frame_of(rows: pa.Table) -> pd.DataFrame:
    """The rows with integers, texts and flags nullable, decimals as numbers, days in bounds.

    A date beyond the calendar, infinity too, becomes the last or first day of it: what such a day
    means is the column's business. A timestamp with a zone is the time in UTC.
    """
    for i, field in enumerate(rows.schema):
        if pa.types.is_decimal(field.type):
            rows = rows.set_column(i, field.name, _number(rows.column(i), field.type.scale))
        elif pa.types.is_date(field.type):
            days = rows.column(i).cast(pa.date32())
            rows = rows.set_column(i, field.name, _bounded(days, pa.date32()).cast(_TIME))
        elif pa.types.is_timestamp(field.type):
            times = rows.column(i).cast(_TIME, safe=False)
            rows = rows.set_column(i, field.name, _bounded(times, _TIME))
    return rows.to_pandas(types_mapper=_PANDAS_TYPES.get)


def _number(values: pa.ChunkedArray, scale: int) -> pa.ChunkedArray:
    """Decimals as whole numbers or floats: arithmetic on Decimal objects is slow and strict.

    By way of text: the direct conversion is off in the last digit. Whole numbers too large for
    their type become floats, which no identifier is.
    """
    texts = pc.cast(values, pa.string())
    if scale == 0:
        try:
            return pc.cast(texts, pa.int64())
        except pa.ArrowInvalid:
            return pc.cast(texts, pa.float64())
    return pc.cast(texts, pa.float64())


def _bounded(values: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    first, last = (pa.scalar(day, pa.date32()).cast(kind) for day in (SINCE_EVER, FOR_EVER))
    options = pc.ElementWiseAggregateOptions(skip_nulls=False)
    bounded = pc.call_function("max_element_wise", [values, first], options)
    return pc.call_function("min_element_wise", [bounded, last], options)
