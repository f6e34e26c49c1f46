import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0004_find_by_hash"),
    ]

    operations = [
        migrations.AlterField(
            model_name="salt",
            name="entry",
            field=models.OneToOneField(
                db_constraint=False,
                on_delete=django.db.models.deletion.PROTECT,
                primary_key=True,
                related_name="salt",
                serialize=False,
                to="ledger.pendingentry",
                verbose_name="承诺",
            ),
        ),
    ]
