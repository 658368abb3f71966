"""What a change does: to the text, to a lead's score, to all leads."""
