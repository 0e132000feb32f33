"""Words that stand in many addresses and so tell nothing about where one of them is. A flat table.

A word belongs here where two places that share it are no likelier to be the same: 有限公司 yes, the name of a
brand or a city no. General vocabulary, looked through beside what is frequent in the tuning half of the address
pairs (`hub.run.measure.address_pairs`), never beside the half that is measured; no address stands here.
"""

from typing import Final

_WORDS: Final = """
中国 北京 上海 天津 重庆 河北 山西 内蒙古 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东
广西 海南 四川 贵州 云南 西藏 陕西 甘肃 青海 宁夏 新疆

街道 街道办事处 办事处 居委会 村委会 居民委员会 村民委员会 委员会 党群服务 服务中心 服务站 社区 大队 小组 村民 政府
公安局 派出所 大道 大街 公路 国道 省道 县道 环路 高架 中路 东路 西路 南路 北路 一路 二路 三路 四路 东街 西街 南街 北街
中街 步行街 交叉口 交汇处 路口 出口 入口 出入口 附近 旁边 对面 对过 隔壁 楼下 门口 门面 门面房 东侧 西侧 南侧 北侧 东南
西南 东北 西北 东门 西门 南门 北门 正门 后门 号楼 号院 号附 院内 单元 一期 二期 三期 四期 第一 第二 第三 东区 西区 南区
北区 地铁 地铁站 公交站 车站 停车场 加油站 收费站

小区 新村 家园 花园 花苑 名苑 佳苑 雅苑 嘉苑 新苑 北苑 南苑 东苑 西苑 嘉园 佳园 雅园 丽园 景园 新居 雅居 首府 王府 学府
华府 华庭 豪庭 名邸 名城 新城 城区 城市 都市 世界 世纪 时代 天地 国际 中央 阳光 人民 光明 幸福 青年 解放 向阳 公寓 公馆
别墅 山庄 大院 家属院 家属区 生活区 宿舍 宿舍楼 宿舍区 居民楼 安置房 广场 大厦 大楼 中心 商务 办公 办公楼 办公区 写字楼
综合楼 教学楼 底商 商铺 售楼处 项目 项目部 物业 地产 房地产 置业

有限公司 有限责任 责任公司 公司 股份 集团 分公司 总公司 营业部 经营部 工作室 合作社 专业合作社 发展 实业 贸易 商贸 商业
科技 科创 创新 技术 信息 网络 软件 数码 手机 电子 电器 家电 电气 电力 能源 环保 自动化 生物 化工 医药 机械 设备 模具 塑料
五金 材料 建材 建筑 建设 工程 装饰 装修 装潢 设计 景观 园林 家具 家居 纺织 服装 服装厂 服饰 印刷 包装 制造 加工 制品 用品
文具 汽车 汽配 汽修 维修 洗车 农业 农业科技 养殖 种植 农场 酒业 工业 工业园 工业区 产业园 科技园 创业园 园区 开发区 经济
经济技术开发区 高新区 新区 工厂 厂房 车间 仓库 物流 快递 驿站 菜鸟驿站 投资 咨询 服务 管理 传媒 广告 文化 艺术 教育 培训

商城 商场 商店 商贸城 市场 批发 批发市场 农贸 百货 购物 超市 便利店 专卖店 旗舰店 食品 水果 蔬菜 烟酒 餐饮 餐厅 面馆 火锅
烧烤 小吃 美容 美发 理发 养生 药店 药房 生活 酒店 宾馆 饭店 旅馆 招待所 食堂 公园 景区 体育 银行 支行 分行 储蓄所 自助
工商银行 建设银行 农业银行 中国银行 农商银行 邮政 邮政储蓄 中国移动 中国电信 中国联通 工商 交通 学校 小学 中学 大学 学院
职业 实验 实验学校 校区 学生 幼儿园 医院 人民医院 门诊 诊所 卫生院 卫生服务中心 社区卫生
"""

GENERIC_PAIRS: Final = frozenset(word[at : at + 2] for word in _WORDS.split() for at in range(len(word) - 1))
"""All pairs of neighbouring characters inside those words."""
