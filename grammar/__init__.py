"""Text to tree and back: the language's grammar, its recovery from mistakes, its printer."""
