"""Invented names: persons, companies, streets, villages. Made from tables of characters, never from a list of people.

Everything here is a pure function of a `random.Random`, so that the same seed gives the same province.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from xiezhi.kernel.units.ids import id18_complete, org_code_check_char, usc_complete

__all__ = [
    "birthday", "company", "identity_number", "law_firm", "mobile", "person", "shop", "street", "usc",
]  # fmt: skip

SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳"
    "鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒"
    "屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪干解应宗丁宣邓"
)
COMMON = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严武戴莫孔向汤"
FEMALE = "芳娟秀敏静丽艳霞玲桂英兰凤洁梅琳素云莲真环雪荣爱妹香月莺媛瑞凡佳嘉琼勤珍贞莉娜慧巧美婉娴瑾颖露瑶怡婵雁蓓纨仪荷丹蓉眉君琴蕊薇菁梦岚苑婕馨瑗琰韵融园艺咏卿聪澜纯悦昭冰爽琬茗羽希宁欣飘育滢馥筠柔竹霭凝晓欢霄枫芸菲寒伊亚宜可姬舒影荔枝思"
MALE = "伟刚勇毅俊峰强军平保东文辉力明永健世广志义兴良海山仁波宁贵福生龙元全国胜学祥才发武新利清飞彬富顺信子杰涛昌成康星光天达安岩中茂进林有坚和彪博诚先敬震振壮会思群豪心邦承乐绍功松善厚庆磊民友裕河哲江超浩亮政谦亨奇固之轮翰朗伯宏言若鸣朋斌梁栋维启克伦翔旭鹏泽晨辰士以建家致树炎德行时泰盛雄琛钧冠策腾楠榕风航弘"
TRADES = (
    "餐饮管理", "商贸", "物流", "建筑工程", "农业开发", "食品", "机械", "电子科技", "文化传媒", "环保科技", "医药", "装饰工程",
    "房地产开发", "汽车销售服务", "教育咨询", "旅游", "建材", "纺织", "化工", "矿业",
)  # fmt: skip
BRANDS = "云岭溪川禾泽松柏青石泉林岳澜桥江望晴霁远宁安和顺昌隆鼎恒瑞祥丰裕盛达泰通汇聚融辉曜启新博雅诚信德润源"
SHOPS = (
    "米线店",
    "五金店",
    "小吃店",
    "便利店",
    "理发店",
    "水果店",
    "服装店",
    "修理铺",
    "茶庄",
    "药店",
    "早餐店",
    "超市",
)
ROADS = [
    "望江",
    "青石",
    "云岭",
    "松涛",
    "禾香",
    "杏林",
    "桐荫",
    "柳堤",
    "泉眼",
    "石桥",
    "书院",
    "鼓楼",
    "文昌",
    "朝阳",
    "晴川",
    "溪畔",
    "南屏",
    "北苑",
    "东篱",
    "西塘",
    "梧桐",
    "银杏",
    "听雨",
    "临水",
    "观澜",
    "采薇",
    "竹坞",
    "槐安",
    "麦香",
    "稻花",
]
HAMLETS = [
    "石桥",
    "青竹",
    "柳树",
    "杏花",
    "双泉",
    "龙潭",
    "白果",
    "枫树",
    "茶坪",
    "桐子",
    "麻柳",
    "高坎",
    "沙湾",
    "河口",
    "月亮",
    "太平",
    "兴隆",
    "新屋",
    "老街",
    "大坪",
]
AREA = "99"


def person(rng: Random, sex: str) -> str:
    """A name of two or three characters; `sex` as in GB/T 2261.1 (1 male, 2 female)."""
    surname = rng.choice(COMMON) if rng.random() < 0.85 else rng.choice(SURNAMES)
    given = FEMALE if sex == "2" else MALE
    return surname + "".join(rng.choice(given) for _ in range(1 if rng.random() < 0.18 else 2))


def birthday(rng: Random, today: date, *, youngest: int = 18, oldest: int = 82) -> date:
    """A day of birth for an age between the two, in years."""
    return today - timedelta(days=rng.randint(youngest * 366, oldest * 365))


def identity_number(division: str, born: date, sex: str, serial: int) -> str:
    """A number with a valid check digit in the fictional province. `serial` is 0 to 498 within day and division."""
    if not division.startswith(AREA):
        raise ValueError("only divisions of the fictional province")
    odd = serial * 2 + (1 if sex == "1" else 2)
    return id18_complete(f"{division[:6]}{born:%Y%m%d}{odd:03d}")


def mobile(serial: int) -> str:
    """A number in the one block 1390000...., which marks it as invented; it repeats after ten thousand."""
    return f"1390000{serial % 10_000:04d}"


def usc(division: str, serial: int, *, department: str = "91") -> str:
    """A unified social credit code with valid check characters in the fictional province."""
    body = f"{serial:08d}"
    inner = body + org_code_check_char(body)
    return usc_complete(f"{department}{division[:6]}{inner}")


def company(rng: Random, place: str) -> str:
    brand = rng.choice(BRANDS) + rng.choice(BRANDS)
    return f"{place}{brand}{rng.choice(TRADES)}有限公司"


def law_firm(rng: Random) -> str:
    return f"云岭{rng.choice(BRANDS)}{rng.choice(BRANDS)}律师事务所"


def shop(rng: Random, owner: str, place: str) -> str:
    return f"{place}{owner[0]}记{rng.choice(SHOPS)}"


def street(rng: Random, place: str, *, village: str = "") -> str:
    """An address below a county; in a village where one is named."""
    if village:
        return f"{place}{village}{rng.randint(1, 12)}组{rng.randint(1, 99)}号"
    return f"{place}{rng.choice(ROADS)}路{rng.randint(1, 299)}号{rng.randint(1, 30)}栋{rng.randint(101, 3305)}室"
