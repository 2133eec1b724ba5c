"""Real documents, on which README's commands run; see NOTICE.md."""

import gzip
import shutil
from pathlib import Path

from sel.errors import UsageError

DATA = Path(__file__).parent


def write(folder: Path) -> str:
    """Fill a new folder with them; what there is to try then.

    Raises:
        UsageError: the folder is there already, and not empty.
    """
    import zstandard

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        msg = f"{folder} is there already, and not an empty folder"
        raise UsageError(msg)
    (folder / "dump").mkdir(parents=True)
    unpack = zstandard.ZstdDecompressor().decompressobj
    pool = unpack().decompress((DATA / "pool.jsonl.zst").read_bytes())
    wiki = unpack().decompress((DATA / "wiki.jsonl.zst").read_bytes())
    shutil.copy(DATA / "pool.jsonl.zst", folder)
    shutil.copy(DATA / "NOTICE.md", folder)
    (folder / "wiki.jsonl").write_bytes(wiki)
    (folder / "tonight.jsonl.gz").write_bytes(gzip.compress(pool, mtime=0))
    lines = pool.splitlines(keepends=True)
    for i, half in enumerate((lines[:1500], lines[1500:])):
        (folder / f"dump/{i}.jsonl.zst").write_bytes(zstandard.compress(b"".join(half)))
    return _TRY.format(folder=folder)


_TRY = """\
{folder}: 3,207 documents of 12 kinds, and 240 to be like.

Try:
  cd {folder}
  sel score dsir --target wiki.jsonl pool.jsonl.zst | \
sel pick sample -k 150 --by dsir --seed 1 > chosen.jsonl
  sel eval match --target wiki.jsonl --pool pool.jsonl.zst chosen.jsonl
"""
