"""政务数据共享申请: from the request to the disposal of what was shared (政务数据共享条例 第20条至第29条)."""
