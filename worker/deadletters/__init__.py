"""Dead letters: read, looked at, sent again or given up; what was done is remembered in the topic itself."""
