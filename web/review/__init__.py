"""What stands before a publish: who changed what, and where a second person must approve. No Flask."""
