"""What every table and column means: descriptions, units, bounds, and the pandera schemas."""
