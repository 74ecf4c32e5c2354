"""What plans mean."""
