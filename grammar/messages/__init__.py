"""What is wrong with a text, in the writer's words."""
