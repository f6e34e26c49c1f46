import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0003_guards"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="pendingentry",
            index=django.contrib.postgres.indexes.HashIndex(fields=["commitment"], name="ledger_pending_commitment"),
        ),
    ]
