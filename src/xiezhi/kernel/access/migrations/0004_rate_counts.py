from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0003_sign_in"),
    ]

    operations = [
        migrations.CreateModel(
            name="RateCount",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False, verbose_name="计数对象")),
                ("hits", models.PositiveIntegerField(default=1, verbose_name="次数")),
                ("until", models.DateTimeField(verbose_name="到")),
            ],
            options={
                "verbose_name": "访问计数",
                "verbose_name_plural": "访问计数",
                "indexes": [models.Index(fields=["until"], name="access_rate_until")],
            },
        ),
    ]
