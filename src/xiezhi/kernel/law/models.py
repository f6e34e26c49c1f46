"""法规库: acts, their versions and the provisions of each version, as imported. Nothing of it is committed with the product."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xiezhi.kernel.law.identifiers import Locator

__all__ = ["Act", "ChangeItem", "Import", "ImportNote", "Provision", "Reference", "TextReport", "Version"]


class Act(models.Model):
    """法规 (work): what stays the same through its versions. `name` is the short title that identifies it."""

    name = models.CharField(_("名称"), max_length=300, unique=True)
    full = models.CharField(_("全称"), max_length=300)
    kind = models.CharField(
        _("类别"), max_length=40, db_index=True
    )  # 宪法 法律 行政法规 司法解释 部门规章 地方性法规 地方政府规章 …
    field = models.CharField(_("部门法或制定机关"), max_length=60, blank=True)
    region = models.CharField(_("地域"), max_length=40, blank=True)
    aliases = models.JSONField(_("别名"), default=list, blank=True)
    sort_key = models.CharField(_("拼音"), max_length=600, db_index=True)

    class Meta:
        verbose_name = _("法规")

    def __str__(self) -> str:
        return self.name


class Version(models.Model):
    """文本 (expression): one version. In force from `since` until the day before `ended`; both are computed at import from
    what the text and its source say. `label` stands in the address: the year, or the day where two share a year."""

    SUPERSEDED, REPEALED = "superseded", "repealed"

    act = models.ForeignKey(Act, on_delete=models.CASCADE, related_name="versions")
    label = models.CharField(_("文本标识"), max_length=20)
    promulgated = models.DateField(_("公布日期"), null=True)
    effective = models.DateField(_("施行日期"), null=True)
    effective_source = models.CharField(max_length=20, blank=True)
    source_end = models.DateField(_("来源所载失效日"), null=True)
    since = models.DateField(_("生效日"), null=True, db_index=True)
    ended = models.DateField(_("失效日"), null=True, db_index=True)
    ended_why = models.CharField(max_length=12, blank=True)
    ended_by = models.CharField(_("废止依据"), max_length=300, blank=True)
    following = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="former")
    articles = models.PositiveIntegerField(_("条数"), default=0)
    history = models.JSONField(_("沿革"), default=list)
    notes = models.JSONField(_("已知缺陷"), default=list)
    source = models.CharField(_("来源"), max_length=300)
    source_key = models.CharField(
        max_length=400
    )  # path or identifier in the source: the same again is the same version
    source_commit = models.CharField(max_length=64, blank=True)
    text_hash = models.CharField(max_length=64, db_index=True)
    text = models.TextField(_("原文"))
    imported_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("法规文本")
        constraints = (
            models.UniqueConstraint(fields=["act", "label"], name="law_version_label"),
            models.CheckConstraint(
                condition=Q(ended__isnull=True) | Q(since__isnull=True) | Q(ended__gte=models.F("since")),
                name="law_version_period",
            ),
        )

    def in_force(self, on: date) -> bool:
        """Whether this version is law on the day, as far as the library knows."""
        return (self.since is None or self.since <= on) and (self.ended is None or on < self.ended)

    @property
    def locator(self) -> Locator:
        return Locator(self.act.name, self.label)


class Provision(models.Model):
    """条, or a block of a text without articles; see `structure.Provision`. 款、项、目 are read out of `text`."""

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="provisions")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=10)
    number = models.PositiveIntegerField(default=0)
    inserted = models.PositiveIntegerField(default=0)
    path = models.JSONField(default=list)  # [[kind, number, inserted, title], ...], outermost first
    title = models.CharField(max_length=300, blank=True)
    text = models.TextField()
    effective = models.DateField(null=True)

    class Meta:
        verbose_name = _("条文")
        constraints = (models.UniqueConstraint(fields=["version", "seq"], name="law_provision_seq"),)
        indexes = (models.Index(fields=["version", "number", "inserted"], name="law_provision_place"),)

    @property
    def locator(self) -> Locator:
        return Locator(self.version.act.name, self.version.label, self.number, self.inserted)


class Reference(models.Model):
    """引用: a stretch `start`..`end` of a provision's text that names another place. A range (第二条至第五条) is one row with
    `until`. `state`: ok, unknown_act, no_article, not_in_force, not_installed."""

    provision = models.ForeignKey(Provision, on_delete=models.CASCADE, related_name="references")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    act_name = models.CharField(max_length=300)
    to_act = models.ForeignKey(Act, on_delete=models.SET_NULL, null=True, related_name="cited")
    article = models.PositiveIntegerField(default=0)
    inserted = models.PositiveIntegerField(default=0)
    paragraph = models.PositiveIntegerField(default=0)
    item = models.PositiveIntegerField(default=0)
    until = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=16)

    class Meta:
        verbose_name = _("引用")
        indexes = (models.Index(fields=["to_act", "article", "inserted"], name="law_reference_to"),)


class Import(models.Model):
    """一次导入: what came in, from where, and what was odd."""

    source = models.CharField(max_length=400)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    read = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("法规导入")


class ImportNote(models.Model):
    """What was odd in one text of one import."""

    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="notes")
    version = models.ForeignKey(Version, on_delete=models.SET_NULL, null=True)
    source_key = models.CharField(max_length=400)
    code = models.CharField(max_length=40, db_index=True)
    where = models.CharField(max_length=100, blank=True)
    detail = models.TextField()

    class Meta:
        verbose_name = _("导入发现")


class TextReport(models.Model):
    """纠错: somebody says a text is wrong. Nothing about the person is kept."""

    OPEN, DONE, DISMISSED = "open", "done", "dismissed"

    act_name = models.CharField(max_length=300)
    version_label = models.CharField(max_length=20, blank=True)
    place = models.CharField(max_length=60, blank=True)
    text = models.TextField(max_length=2000)
    made_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=10, default=OPEN, db_index=True)
    answer = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = _("法条纠错")


class ChangeItem(models.Model):
    """修法影响: something that cites an article which a new version changed, for somebody to look at. One row per thing and
    pair of versions; `key` names the thing within its kind."""

    OPEN, DONE, KEPT = "open", "done", "kept"

    before = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="+")
    after = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="changes", null=True)  # null: repealed
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=300)
    label = models.CharField(max_length=400)
    address = models.CharField(max_length=400, blank=True)
    citation = models.CharField(max_length=600)
    places = models.JSONField(default=list)  # [[article, inserted, what happened], ...]
    owner = models.CharField(max_length=80)
    state = models.CharField(max_length=10, default=OPEN, db_index=True)
    note = models.TextField(blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = _("修法影响")
        constraints = (
            models.UniqueConstraint(
                fields=["before", "after", "kind", "key"], name="law_change_once", nulls_distinct=False
            ),
        )
