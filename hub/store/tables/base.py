"""What all tables of the hub belong to.

Columns say what they hold; `_us` is a moment (see moments.py). No column outside `body.sealed`, `event.sealed`,
`resident.sealed`, `report.sealed`, `card.sealed`, `measure.sealed`, `evidence.sealed`, `resident_request.sealed` and the three sealed ones of `attachment` may hold a personal value; the canary
test looks through all of them.
"""

from typing import Final

from sqlalchemy import MetaData

metadata: Final = MetaData()
