"""Message metrics: reporting webhooks as track events, pure."""
