"""Everything on one machine: a local Kafka, the topics, all roles in one process, and the bundled examples."""
