"""政务数据校核: what a user finds wrong is verified, mended and told within ten working days (政务数据共享条例 第26条)."""
