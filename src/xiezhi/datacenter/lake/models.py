"""What the lake keeps in PostgreSQL: Iceberg's catalog (read and written by PyIceberg) and the batches it has taken in."""

from __future__ import annotations

from django.db import models


class CatalogTable(models.Model):
    """Where a table's metadata lies. The names are those of PyIceberg's SqlCatalog; a commit is one update of this row."""

    pk = models.CompositePrimaryKey("catalog_name", "table_namespace", "table_name")
    catalog_name = models.CharField(max_length=255)
    table_namespace = models.CharField(max_length=255)
    table_name = models.CharField(max_length=255)
    metadata_location = models.CharField(max_length=1000, null=True)
    previous_metadata_location = models.CharField(max_length=1000, null=True)
    iceberg_type = models.CharField(max_length=5, null=True)

    class Meta:
        db_table = "iceberg_tables"
        verbose_name = verbose_name_plural = "湖表"


class CatalogNamespace(models.Model):
    """Properties of a namespace of the lake."""

    pk = models.CompositePrimaryKey("catalog_name", "namespace", "property_key")
    catalog_name = models.CharField(max_length=255)
    namespace = models.CharField(max_length=255)
    property_key = models.CharField(max_length=255)
    property_value = models.CharField(max_length=1000)

    class Meta:
        db_table = "iceberg_namespace_properties"
        verbose_name = verbose_name_plural = "湖表命名空间"


class Batch(models.Model):
    """A batch whose snapshot has expired. While the snapshot stands, its own property says that the batch is in."""

    catalog = models.CharField(max_length=255)
    table = models.CharField(max_length=255)
    batch_id = models.CharField(max_length=200)
    snapshot_id = models.BigIntegerField()
    rows = models.BigIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "已入湖批次"
        constraints = [models.UniqueConstraint(fields=["catalog", "table", "batch_id"], name="lake_batch_once")]
