"""What residents, patrols and cameras say about a matter: several wordings a category, seeded choice.

A flat table. `{place}` stands for the place as its teller knows it. Wordings of one category share
little on purpose: linking must not live on equal sentences.
"""

from collections.abc import Mapping
from typing import Final

PHRASES: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "sudden_incident.water_pipe_burst": (
        ("自来水管爆裂", "{place}门口水管爆了，水喷得很高，路面全是水，请尽快来人关阀。"),
        ("路面大量漏水", "刚才{place}地下往外冒水，越来越大，车都不敢过。"),
        ("小区停水，外面管子破了", "我们这里没水了，看到{place}旁边管道破裂，一直在流。"),
        ("供水主管破裂", "巡查发现{place}处供水管破裂，积水约二十厘米，需抢修。"),
        ("水漫到人行道", "{place}一带水流不止，像是水管爆管，老人摔了一跤。"),
        ("家门口发大水", "不知道哪里的水管坏了，{place}整条路都淹了，求处理！"),
    ),
    "sudden_incident.waterlogging": (
        ("道路积水", "{place}积水严重，非机动车无法通行。"),
        ("下雨后排不掉水", "{place}低洼处积水到小腿，下水道不下水。"),
        ("路段被淹", "{place}路段被水淹，有车熄火。"),
    ),
    "sudden_incident.road_collapse": (
        ("路面塌陷", "{place}路面塌了一个大坑，直径一米多。"),
        ("地上陷下去一块", "骑车经过{place}，发现柏油路陷下去了，很危险。"),
        ("路面塌陷需围挡", "巡查发现{place}路面沉陷，已临时摆放警示。"),
    ),
    "sudden_incident.gas_pipe_burst": (
        ("闻到燃气味", "{place}附近有很浓的煤气味，怀疑燃气管漏气。"),
        ("燃气管道被挖断", "{place}施工把燃气管挖破了，一直嘶嘶响。"),
    ),
    "sudden_incident.cable_down": (
        ("电线掉下来", "{place}有电线垂到地上，不知道有没有电。"),
        ("架空线缆脱落", "巡查发现{place}线缆脱落，影响行人。"),
    ),
    "sudden_incident.tree_fallen": (
        ("大树倒了", "{place}一棵树被风吹倒，横在路上。"),
        ("倒伏树木占道", "{place}行道树倒伏，压到非机动车。"),
    ),
    "public_utility.sewage_cover": (
        ("井盖破损", "{place}污水井盖裂了，车压上去哐当响。"),
        ("污水井盖缺失", "{place}有个井没有盖子，晚上太危险了。"),
        ("井盖松动", "巡查发现{place}污水井盖松动、下沉。"),
    ),
    "public_utility.rain_cover": (
        ("雨水井盖不见了", "{place}路边雨水井盖被人拿走了。"),
        ("雨水井盖破损", "巡查发现{place}雨水井盖破损。"),
        ("路边井口敞开", "{place}路边有个下雨排水的井口敞着。"),
    ),
    "public_utility.street_lamp": (
        ("路灯不亮", "{place}路灯坏了好几天，晚上一片黑。"),
        ("路灯杆倾斜", "{place}一根路灯杆歪了，怕倒下来。"),
        ("夜间照明缺失", "巡查发现{place}路灯不亮。"),
    ),
    "street_order.fire_lane_blocked": (
        ("消防通道被堵", "{place}消防通道停满了车，救护车都进不来。"),
        ("车辆占用消防通道", "{place}单元门口消防通道长期被私家车占用。"),
        ("堵塞消防车通道", "巡查发现{place}消防车通道停放车辆三辆。"),
    ),
    "street_order.occupy_road": (
        ("占道经营", "{place}有人把桌椅摆到人行道上，走路要绕到机动车道。"),
        ("摊贩占道", "{place}每天傍晚摊位占了半条路。"),
        ("占道经营", "巡查发现{place}占道经营一处。"),
    ),
    "street_order.shop_outside": (
        ("店外经营", "{place}店铺把货摆到门外，盲道也占了。"),
        ("商铺出店", "{place}水果店出店经营，屡教不改。"),
    ),
    "street_order.unlicensed_vendor": (
        ("流动摊贩", "{place}流动摊贩聚集，垃圾满地。"),
        ("无照经营游商", "{place}有游商叫卖，噪声大。"),
    ),
    "street_order.bike_parking": (
        ("非机动车乱停", "{place}共享单车堆成山，盲道走不了。"),
        ("车辆乱停放", "巡查发现{place}非机动车乱停放约三十辆。"),
    ),
    "city_appearance.exposed_garbage": (
        ("垃圾没人清", "{place}一大堆生活垃圾好几天没人清，苍蝇很多。"),
        ("暴露垃圾", "巡查发现{place}暴露垃圾约两立方米。"),
        ("垃圾堆在路边", "{place}路边堆着生活垃圾，味道很大。"),
    ),
    "city_appearance.garbage_overflow": (
        ("垃圾桶满了", "{place}垃圾桶满得盖不上，周围都是。"),
        ("垃圾满溢", "{place}垃圾桶满溢。"),
    ),
    "city_appearance.commercial_noise": (
        ("商铺音响扰民", "{place}店里音响从早放到晚，没法休息。"),
        ("商业噪音", "{place}促销喇叭声音太大，孩子写不了作业。"),
        ("噪声扰民", "巡查发现{place}商铺使用高音喇叭。"),
    ),
    "city_appearance.open_air_barbecue": (
        ("露天烧烤油烟", "{place}夜里露天烧烤，油烟全飘到楼上。"),
        ("烧烤摊扰民", "{place}烧烤摊到凌晨一点还在营业。"),
    ),
    "city_appearance.damaged_road": (
        ("道路破损", "{place}路面坑坑洼洼，电动车很容易摔。"),
        ("路面破损", "巡查发现{place}路面破损约五平方米。"),
    ),
    "construction.construction_noise": (
        ("夜间施工", "{place}工地半夜还在打桩，整栋楼都睡不着。"),
        ("施工噪声", "{place}施工噪声太大，早上五点就开工。"),
    ),
    "construction.dust": (
        ("工地扬尘", "{place}工地没有洒水，灰尘满天飞。"),
        ("裸土未覆盖", "巡查发现{place}工地裸土未覆盖，扬尘明显。"),
    ),
    "dispute.neighbour": (
        ("楼上漏水纠纷", "{place}楼上卫生间漏水到我家，协商不成。"),
        ("邻里噪声纠纷", "{place}邻居半夜拖家具，多次劝说无效，希望调解。"),
    ),
    "dispute.labour": (
        ("拖欠工资", "在{place}干活三个月没有拿到工资。"),
        ("劳资纠纷", "{place}工友十余人因欠薪聚集，希望调解。"),
    ),
    "dispute.property_service": (
        ("物业不作为", "{place}物业收费不办事，电梯坏了一周没修。"),
        ("与物业有纠纷", "{place}业主与物业因停车费发生争执。"),
    ),
    "safety_hazard.unsafe_charging": (
        ("飞线充电", "{place}有人从窗户拉电线给电动车充电。"),
        ("楼道里给电瓶车充电", "{place}楼道停满电瓶车还充电，怕着火。"),
    ),
    "safety_hazard.fire": (
        ("消防隐患", "{place}灭火器都过期了，安全出口锁着。"),
        ("仓库堆满易燃物", "{place}仓库堆满纸箱，没有消防设施。"),
    ),
    "security_hazard.gambling": (
        ("棋牌室涉赌", "{place}棋牌室每天有人赌钱。"),
        ("疑似赌博点", "有人在{place}聚众赌博。"),
    ),
    "market.food_safety": (
        ("饭店吃出异物", "在{place}吃饭吃出虫子，店家不认。"),
        ("食品变质", "{place}买的面包发霉了，要求退赔。"),
    ),
    "market.prepaid_card": (
        ("预付卡不退", "{place}健身房关门，卡里的钱退不了。"),
        ("充值卡纠纷", "在{place}理发店充的卡，店换了老板不认。"),
    ),
    "market.price": (
        ("价格不符", "{place}标价与结账不一样，多收了钱。"),
        ("不明码标价", "{place}水果摊没有标价，随口报价。"),
    ),
    "market.unlicensed_business": (
        ("无证经营", "{place}有家小作坊没有执照在生产。"),
        ("疑似无照营业", "{place}一楼住户私自开店，没有营业执照。"),
    ),
    "livelihood_service.policy_consult": (
        ("咨询政策", "想问一下{place}这边老旧小区改造什么时候开始。"),
        ("政策咨询", "咨询居住证办理需要什么材料，住在{place}。"),
    ),
    "livelihood_service.elderly_care": (
        ("申请居家养老服务", "家里老人行动不便，想申请上门助餐，住{place}。"),
        ("助餐点咨询", "{place}附近有没有老年食堂。"),
    ),
    "livelihood_service.school_enrolment": (
        ("入学咨询", "住在{place}，孩子今年上小学，属于哪个学区。"),
        ("幼儿园报名", "{place}附近公办幼儿园怎么报名。"),
    ),
    "livelihood_service.social_security": (
        ("社保咨询", "我在{place}上班，单位没有给交社保。"),
        ("社保转移", "咨询社保转移手续，住{place}。"),
    ),
    "livelihood_service.medical_service": (
        ("就医不便", "{place}社区卫生站经常没有医生。"),
        ("预约挂号问题", "{place}卫生中心预约不到号。"),
    ),
    "environment.odour": (
        ("异味扰民", "{place}晚上有刺鼻气味，怀疑有厂子偷排。"),
        ("刺鼻气味", "最近{place}一带一到晚上就闻到臭味，头晕。"),
    ),
    "environment.water": (
        ("河水发黑", "{place}旁边河水发黑发臭。"),
        ("疑似排污", "{place}河边有管子往河里排白色的水。"),
    ),
    "greenery_facility.street_tree": (
        ("树枝遮挡路灯", "{place}行道树太密，把路灯和红绿灯都挡住了。"),
        ("行道树枯死", "巡查发现{place}行道树枯死两株。"),
    ),
}


def wording(category: str, zh: str, choice: int) -> tuple[str, str]:
    """(title, content with `{place}`) of `category`; one with no wording of its own gets its name."""
    known = PHRASES.get(category)
    if known is None:
        return (zh, f"{{place}}{zh}问题，请处理。")
    return known[choice % len(known)]
