"""What a role tells about itself over HTTP: metrics, whether it is alive, whether it is ready."""
