"""The way in: what outside programs send becomes records of the inbound topics."""
