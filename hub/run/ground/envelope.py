"""CloudEvents 1.0 in structured JSON: the wrapping of everything that travels on a topic or webhook."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from hub.jsonform import dumps

CONTENT_TYPE: Final = "application/cloudevents+json"


def wrap(kind: str, *, id_: str, source: str, subject: str, at: datetime, data: Mapping[str, Any]) -> str:
    """The envelope in JSON. `id_` is what a consumer drops repeats by; `kind` is the CloudEvents type.

    Schema: `contracts/schema/envelope.v1.json`.
    """
    return dumps(
        {
            "specversion": "1.0",
            "id": id_,
            "source": f"/gridplus/{source}",
            "type": kind,
            "subject": subject,
            "time": at,
            "datacontenttype": "application/json",
            "data": data,
        }
    )
