"""The Customer.io destination: which commands an event becomes. Pure."""
