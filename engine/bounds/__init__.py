"""How sure a score is: what it could be, whatever the blank fields of a lead turn out to be."""
