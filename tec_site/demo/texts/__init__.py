"""What the demo says of its programmes and kits: examples, all of it."""
