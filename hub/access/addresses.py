"""Where an address stops naming a place and begins to name a home. Pure.

Cuts a written address into area, community, road, number, estate and detail, only as finely as masks
need it; finding a place on the map is the business of `hub.place`. What no rule knows is detail, so a
mask that drops the detail fails closed.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

_HAN: Final = "[一-龥〇]"
_ESTATES: Final = (
    "小区|花园|家园|新村|公寓|组团|广场|大厦|中心|市场|学校|小学|中学|医院|工业园|园区|商城|商场|"
    "苑|园|城|府|庭|湾|郡|邸|墅|居|庄|坊|里|厂"
)
_CUT: Final = re.compile(
    # (?<!小)区 and the like: 小区 is an estate, 市场 is no city, 新村 is no village
    rf"(?P<area>(?:{_HAN}{{2,8}}?(?:省|自治区))?(?:{_HAN}{{2,6}}?市(?![场政民]))?"
    rf"(?:{_HAN}{{1,6}}?(?:(?<![小社园新])区|县|旗|市(?![场政民])))?(?:{_HAN}{{1,6}}?(?:街道|镇|乡(?![-路村])))?)"
    rf"(?P<community>(?:{_HAN}{{1,8}}?(?:社区|居委会|村委会|居民委员会|村民委员会|(?<!新)村(?![路街道巷])))?)"
    rf"(?P<road>(?:[一-龥0-9]{{1,8}}?(?:大道|大街|路|街|巷|胡同|道))?)"
    rf"(?P<number>(?:[0-9]{{1,5}}(?:[-之][0-9]{{1,4}})?(?:号(?!楼)|弄))*)"
    rf"(?P<estate>(?:(?:(?!单元)(?![幢栋室号楼])[一-龥A-Za-z·•\-]){{1,12}}?(?:{_ESTATES})(?:[一二三四五六七八九十0-9]期)?){{0,2}})"
)


@dataclass(frozen=True, slots=True)
class AddressCut:
    """The parts of one written address, in order; "" where absent. `detail` is all that is left."""

    area: str
    community: str
    road: str
    number: str
    estate: str
    detail: str

    @property
    def quarter(self) -> str:
        """The address down to its 小区; a road without its house number where it names no 小区."""
        house = self.number + self.estate if self.estate else ""
        return self.area + self.community + self.road + house


def cut(address: str) -> AddressCut:
    """`address` in NFKC, without blanks, cut into its parts."""
    text = "".join(unicodedata.normalize("NFKC", address).split())
    found = _CUT.match(text)
    if found is None:
        return AddressCut("", "", "", "", "", text)
    area, community, road, number, estate = found.groups()
    return AddressCut(area, community, road, number, estate, text[found.end() :])
