"""Emergencies of the 应急管理局 and the fire brigade, as their command platform tells of them on Kafka."""
