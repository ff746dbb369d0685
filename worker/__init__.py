"""A self-hosted bridge between Segment and Customer.io on Kafka."""

__version__ = "0.1.0"
