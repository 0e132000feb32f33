"""Names of topics, and which partition a key falls into."""

from hub.bus.topics import all_topics, department_of, partition_of, reports, whistles


def test_a_department_has_a_topic_of_its_own_each_way() -> None:
    topics = all_topics(["chengguan", "zilai"], events_partitions=8)
    assert {
        "grid.events": 8,
        "grid.incidents": 8,
        "grid.deadletters": 1,
        "grid.whistles.chengguan": 1,
        "grid.reports.chengguan": 1,
        "grid.whistles.zilai": 1,
        "grid.reports.zilai": 1,
    } == topics
    assert "zilai" == department_of(reports("zilai")) == department_of(whistles("zilai"))


def test_a_key_falls_into_the_same_partition_in_every_process() -> None:
    # CRC-32 of "329901001" and of "329901002" as gzip writes it, modulo 8
    assert (6, 4) == (partition_of("329901001", 8), partition_of("329901002", 8))
    assert 0 == partition_of("", 1)
