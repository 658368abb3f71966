"""What clients of analytics services send over HTTP, read as calls: an adapter each."""
