"""P2: the shared map."""

from typing import Final

from hub.messages.text import Text

TEXTS: Final[dict[str, Text]] = {
    "P201": Text(
        "地图请求不完整（{name}）",
        "检查该参数：bbox 为 西,南,东,北（度），z 为 0–22，t 为带时区的时间",
        "the request for the map does not fit ({name})",
        "mend it: bbox is west,south,east,north in degrees, z 0-22, t a moment with its zone",
    ),
    "P202": Text(
        "画出的范围无效",
        "画 {least} 到 {most} 个角点，经纬度为度",
        "what was drawn is no area",
        "draw {least} to {most} corners, in degrees",
    ),
    "P203": Text(
        "无权按这些字段筛选：{fields}",
        "去掉该筛选，或向数据管理员申请授权",
        "you may not choose by these fields: {fields}",
        "leave that filter out, or ask the data administrator for a grant",
    ),
    "P204": Text(
        "您的地图上没有这件事项",
        "核对编号；事项可能已结束或不在您的范围内",
        "this matter is not on your map",
        "check its id; it may be over, or not within your area",
    ),
    "P205": Text(
        "该账号打开的实时连接过多（上限 {most}）",
        "关闭其他窗口后重试",
        "this account has too many live streams (at most {most})",
        "close other windows, then try again",
    ),
    "P206": Text(
        "没有这一类网格", "从地图的图层中选择", "no such kind of grid", "choose one of the map's layers"
    ),
    "P207": Text(
        "底图配置无效",
        "改正 map_tiles：网址模板要有 z、x、y 三个花括号占位，或给一个栅格 PMTiles 文件",
        "the setting of the base map is wrong",
        "mend map_tiles: a URL with z, x and y in braces, or a PMTiles file of pictures",
    ),
    "P208": Text(
        "没有这块底图",
        "可继续使用：地图用本区的几何绘制",
        "no such tile",
        "go on: the district's own map is drawn",
    ),
}
