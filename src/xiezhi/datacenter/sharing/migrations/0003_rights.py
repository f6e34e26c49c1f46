"""Persons' requests told to receivers and taken from senders; since when a batch may be known outside."""

import django.db.models.deletion
from django.db import migrations, models


def tried(apps, schema_editor):
    """Batches that wait from before may have been sent."""
    batches = apps.get_model("sharing", "PushBatch").objects.using(schema_editor.connection.alias)
    batches.filter(acked_at__isnull=True, dropped=False).update(tried_at=models.F("made_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("sharing", "0002_known_as"),
    ]

    operations = [
        migrations.AddField(
            model_name="pushbatch",
            name="tried_at",
            field=models.DateTimeField(null=True, verbose_name="开始发送时间"),
        ),
        migrations.CreateModel(
            name="InboxRight",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("request", models.CharField(max_length=80, verbose_name="请求编号")),
                ("deletes", models.BooleanField(default=False, verbose_name="删除")),
                ("rows", models.JSONField(default=list, verbose_name="行标识")),
                ("values", models.BinaryField(null=True, verbose_name="更正后的值")),
                ("at", models.DateTimeField(verbose_name="收到时间")),
                ("here", models.JSONField(null=True, verbose_name="本方收到的行")),
                ("own", models.JSONField(default=list, verbose_name="本方自有的行")),
                ("touched", models.PositiveIntegerField(default=0, verbose_name="处理行数")),
                ("done_at", models.DateTimeField(null=True, verbose_name="办结时间")),
                ("receipt", models.JSONField(default=dict, verbose_name="回执")),
                (
                    "inbox",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rights",
                        to="sharing.inbox",
                        verbose_name="收件箱",
                    ),
                ),
            ],
            options={
                "verbose_name": "收到的权利请求",
                "verbose_name_plural": "收到的权利请求",
                "indexes": [
                    models.Index(condition=models.Q(("done_at__isnull", True)), fields=["at"], name="inbox_right_open")
                ],
                "constraints": [models.UniqueConstraint(fields=("inbox", "request"), name="inbox_right_once")],
            },
        ),
        migrations.CreateModel(
            name="PushRight",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("request", models.CharField(max_length=80, verbose_name="请求编号")),
                ("deletes", models.BooleanField(default=False, verbose_name="删除")),
                ("rows", models.JSONField(default=list, verbose_name="行标识")),
                ("values", models.BinaryField(null=True, verbose_name="更正后的值")),
                ("at", models.DateTimeField(verbose_name="通知时间")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="回执时间")),
                ("receipt", models.JSONField(default=dict, verbose_name="回执")),
                (
                    "flow",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rights",
                        to="sharing.pushflow",
                        verbose_name="推送流",
                    ),
                ),
            ],
            options={
                "verbose_name": "权利请求通知",
                "verbose_name_plural": "权利请求通知",
                "constraints": [models.UniqueConstraint(fields=("flow", "request"), name="push_right_once")],
            },
        ),
        migrations.RunPython(tried, migrations.RunPython.noop),
    ]
