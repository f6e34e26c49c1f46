"""公共法律服务: functions that help people with their legal affairs."""
