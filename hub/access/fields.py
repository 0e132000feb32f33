"""Names of fields as grants write them, and which of them are about a person.

A field is `dataset.leaf`. What is named here must cover every field whose `x-class` in
`contracts/schema/` is `personal` or `sensitive`; a test over the schema says so.
"""

from typing import Final

PERSONAL_DATASETS: Final = frozenset(("resident", "requester", "person"))
"""Data sets all of whose fields are about a person."""

PERSONAL_LEAVES: Final = frozenset(
    (
        *("title", "content", "text", "masked", "description", "remark", "accused_name"),
        *("address", "name", "phone", "id_number", "birth_date", "born_on", "plate", "mail"),
        *("requester", "contact", "staff_phones", "note", "form", "attachments", "picture"),
    )
)
"""Leaves that are about a person in whatever data set they stand."""

BIRTH_DATES: Final = frozenset(("birth_date", "birthday", "born_on", "birth_on"))


def split(field: str) -> tuple[str, str]:
    """Data set and leaf of `field`; the data set is "" for a name that has no dot."""
    dataset, _, leaf = field.rpartition(".")
    return dataset, leaf


def is_personal(field: str) -> bool:
    """Whether `field` is about a person, or free text that may be."""
    dataset, leaf = split(field)
    return dataset in PERSONAL_DATASETS or leaf in PERSONAL_LEAVES
