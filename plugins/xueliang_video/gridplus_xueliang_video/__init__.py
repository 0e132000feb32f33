"""雪亮工程: alarms of the video platform, and nothing of the people it films."""
