"""The whole destination in one process, without Kafka: the same decisions, on partitions whose messages interleave."""

from worker.simulation.simulate import Arrival, Simulation, simulate

__all__ = ["Arrival", "Simulation", "simulate"]
