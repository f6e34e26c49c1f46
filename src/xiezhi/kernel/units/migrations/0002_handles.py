import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("units", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="unit",
            name="handles",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=16),
                blank=True,
                default=list,
                help_text="程序代码。留空表示不限；专门机构（如法律援助中心）填它承办的业务，办案台只显示这些。",
                size=None,
                verbose_name="承办业务",
            ),
        ),
    ]
