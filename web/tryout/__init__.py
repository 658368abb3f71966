"""The dry run beside the editor: a draft tried on one lead, on all leads, and by its own tests."""
