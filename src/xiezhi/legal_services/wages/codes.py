"""Code lists of the wage channel: code → what people read."""

from __future__ import annotations

CHANNELS = {
    "WEB": "网上", "HALL": "公共法律服务中心（站）窗口", "HOTLINE": "12348热线", "WECHAT": "微信", "KIOSK": "自助机", "VISIT": "上门登记",
    "REFER": "其他部门转办",
}  # fmt: skip
INDUSTRIES = {
    "BUILDING": "房屋建筑", "INFRASTRUCTURE": "道路、水利等工程", "DECORATION": "装修", "FACTORY": "工厂", "CATERING": "餐饮住宿",
    "DELIVERY": "快递运输", "CLEANING": "保洁家政", "FARMING": "种植养殖", "OTHER": "其他",
}  # fmt: skip
ENGINEERING = ("BUILDING", "INFRASTRUCTURE", "DECORATION")
"""Industries in which the project rules of 保障农民工工资支付条例 第四章 speak."""
RELATIONS = {"LABOR": "公司或者老板招我干活", "SERVICE": "只是临时帮忙，没有公司", "UNKNOWN": "说不清"}
EVIDENCE = {
    "CONTRACT": "劳动合同", "SLIP": "工资条、转账记录", "IOU": "欠条、结算单", "ATTENDANCE": "考勤、工牌", "CHAT": "聊天记录", "PHOTO": "现场照片、视频",
    "WITNESS": "有工友作证", "NONE": "暂时没有",
}  # fmt: skip
CHAIN = {
    "TO_PERSON": "把活包给了个人（包工头）或者没有资格的单位", "LENT_LICENSE": "借用别人资质、挂靠", "ILLEGAL_PROJECT": "违法建设的工程",
    "TRANSFERRED": "工程层层转包", "PROJECT_MONEY_UNPAID": "建设单位没有按时给工程款", "INVESTOR_OWNED": "用人单位是合伙、个人独资或者个体户",
    "DISPATCHED": "由个人或者没有许可的单位派来干活",
}  # fmt: skip
PAYERS = {
    "EMPLOYER": "用人单位", "SUBCONTRACTOR": "分包单位", "CONTRACTOR": "施工总承包单位", "DEVELOPER": "建设单位", "LABOR_AGENT": "包工头",
    "INVESTOR": "出资人", "WAGE_ACCOUNT": "工资专用账户", "DEPOSIT": "工资保证金", "COURT": "法院执行", "OTHER": "其他",
}  # fmt: skip
ROUTES = {
    "AID": "法律援助", "MEDIATION": "调解", "INSPECTION": "劳动监察", "ARBITRATION": "劳动仲裁", "PAYMENT_ORDER": "支付令",
}  # fmt: skip
OUTCOMES = {
    "AGREED": "达成协议", "ORDERED": "责令支付", "AWARDED": "裁决支付", "ISSUED": "发出支付令", "FAILED": "没有谈成", "EXPIRED": "期满没有结果",
    "REFUSED": "不予受理", "REJECTED": "没有支持", "OBJECTED": "对方提出异议", "CLOSED": "已结束", "LEFT": "工友不愿继续",
}  # fmt: skip
LOST = ("FAILED", "EXPIRED", "REFUSED", "REJECTED", "OBJECTED", "LEFT", "CLOSED")
"""Outcomes after which another way may be taken."""
PRIORITIES = {"NORMAL": "一般", "HIGH": "优先", "URGENT": "紧急"}
THREATS = {
    "NONE": "没有",
    "HEIGHT": "有人想爬高、堵路等危险行为",
    "GATHER": "准备集体讨薪",
    "THREATENED": "有人威胁、打骂工友",
    "FLED": "老板跑了",
}
REDIRECTS = {
    "NOT_WAGE": "不是工资，是工程款、货款等", "OTHER_PLACE": "由其他县（市、区）办理", "ALREADY": "同一件事已经在办", "PAID": "登记前已经付清",
    "NOT_FOUND": "联系不上求助人",
}  # fmt: skip
INTERRUPTIONS = {
    "ASKED_PAYER": "向对方要过工资", "ASKED_OFFICE": "向有关部门投诉、求助过", "PROMISED": "对方答应付款",
}  # fmt: skip
FOLLOW_UPS = {
    "ALL_RECEIVED": "钱都拿到手了",
    "NOT_ALL": "还没有全部拿到",
    "UNREACHED": "联系不上",
    "GAVE_UP": "不再追讨",
}
DANGER_CODES = ("HEIGHT", "GATHER", "THREATENED")
