"""A stand-in of Segment's tracking API: real HTTP on loopback, Segment's documented answers, failures on command."""

from worker.local.segment_api.faults import Failure, Fault, Faults, Rates
from worker.local.segment_api.recorder import Arrival, Recorder
from worker.local.segment_api.server import SegmentApi

__all__ = ["Arrival", "Failure", "Fault", "Faults", "Rates", "Recorder", "SegmentApi"]
