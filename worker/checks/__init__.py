"""What `segment-worker check` looks at before a deployment is trusted: one file a subject."""
