"""What the code's values are, as far as it can be told without running it: a few rounds over all units."""
