"""数据湖: Iceberg tables and the engines that read them."""
