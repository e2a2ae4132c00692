"""A web server with calendar feeds, which behaves as badly as a test asks of it."""
