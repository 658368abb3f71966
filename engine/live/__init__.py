"""Messages of people's clients on their way into the record: sources, the inbox, and what empties it."""
