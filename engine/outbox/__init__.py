"""The outbox: messages that other systems are to get, kept with what they are about, sent afterwards."""
