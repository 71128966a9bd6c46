"""Landing a year of holdings files: all of it, against reading the same bytes with pandas and nothing else."""

import gzip
import hashlib
import io
import pickle
from datetime import date
from pathlib import Path
from typing import Any

from tests.benchmarks import holdings
from tests.benchmarks.harness import Clock

LINES_BEFORE_HEADER = 4


def make(folder: Path, clock: Clock, *, sessions: int, names: int) -> dict[str, Any]:
    """The files, and an empty data folder to land them in."""
    with clock:
        documents = holdings.documents(folder / "home", sessions, names)
        (folder / "documents.pickle").write_bytes(pickle.dumps(documents))
    return {"bytes": sum(map(len, documents.values()))}


def _documents(folder: Path) -> dict[date, bytes]:
    return pickle.loads((folder.parent / "made" / "documents.pickle").read_bytes())


def _home(folder: Path) -> Path:
    import shutil

    home = folder / "home"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(folder.parent / "made" / "home", home)
    return home


def ours(folder: Path, clock: Clock) -> dict[str, Any]:
    """Check, keep, parse, compare with what is known, land, and write down what it came to."""
    return _landed(folder, clock, has_lake=False)


def with_lake(folder: Path, clock: Clock) -> dict[str, Any]:
    """The same, and all of it into the lake."""
    return _landed(folder, clock, has_lake=True)


def _landed(folder: Path, clock: Clock, *, has_lake: bool) -> dict[str, Any]:
    import numpy as np  # noqa: F401 - imports are not the work
    import pandas as pd  # noqa: F401

    from ingest.settings import Settings
    from ingest.storage import lake
    from ingest.storage.warehouse import connect

    documents, home = _documents(folder), _home(folder)
    settings = Settings(home=home, sources="sample", lake=home / "lake" if has_lake else None)
    with clock:
        holdings.land(home, documents)
        lake.append_new_landings(settings)
    with connect(settings) as con:
        query = "select count(*), sum(market_value_usd), sum(quantity), sum(weight_pct) from raw.ishares__holdings"
        return dict(zip(("rows", "value", "quantity", "weight"), con.execute(query).fetchall()[0], strict=True))


def pandas_alone(folder: Path, clock: Clock) -> dict[str, Any]:
    """`pandas.read_csv` of each file, thousands understood, and nothing kept."""
    documents = _documents(folder)
    import pandas as pd

    said = [0.0, 0.0, 0.0, 0.0]
    with clock:
        frames = [
            pd.read_csv(io.BytesIO(body), skiprows=LINES_BEFORE_HEADER, thousands=",", na_values="-")
            for body in documents.values()
        ]
    for frame in frames:
        sums = (len(frame), *(frame[c].sum() for c in ("Market Value", "Quantity", "Weight (%)")))
        said = [a + b for a, b in zip(said, sums, strict=True)]
    return dict(zip(("rows", "value", "quantity", "weight"), said, strict=True))


def minimal(folder: Path, clock: Clock) -> dict[str, Any]:
    """The limit: compressed by hash, read with pandas, inserted in one transaction; nothing checked or compared."""
    import duckdb
    import pandas as pd

    from ingest.storage.archive import COMPRESSION

    documents, home = _documents(folder), _home(folder)
    with clock, duckdb.connect(str(home / "minimal.duckdb")) as con:
        frames = []
        for day, body in documents.items():
            name = hashlib.sha256(body).hexdigest()
            (home / f"{name}.gz").write_bytes(gzip.compress(body, compresslevel=COMPRESSION, mtime=0))
            frame = pd.read_csv(io.BytesIO(body), skiprows=LINES_BEFORE_HEADER, thousands=",", na_values="-")
            frames.append(frame.assign(day=day))
        together = pd.concat(frames)
        con.register("together", together)
        con.execute("create table landed as from together")
        query = 'select count(*), sum("Market Value"), sum("Quantity"), sum("Weight (%)") from landed'
        found = con.execute(query).fetchall()[0]
    return dict(zip(("rows", "value", "quantity", "weight"), found, strict=True))
