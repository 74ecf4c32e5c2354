"""Planning one build for many futures, each a scenario with its probability."""
