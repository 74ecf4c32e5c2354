"""One suite that every warehouse passes, whatever is behind the interface."""
