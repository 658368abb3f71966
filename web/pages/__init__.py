"""The pages: rendered on the server, whole without JavaScript."""
