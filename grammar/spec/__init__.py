"""What the language consists of: its words, statements, operators and kinds."""
