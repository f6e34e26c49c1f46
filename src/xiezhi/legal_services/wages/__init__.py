"""农民工欠薪求助绿色通道: from a report of unpaid wages to the money."""
