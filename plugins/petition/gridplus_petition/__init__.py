"""信访信息系统: which matters are with the petition office, and nothing of who brought them there."""
