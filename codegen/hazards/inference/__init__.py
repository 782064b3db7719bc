"""What the code's values are, as far as that can be known without running it: a few rounds over all units."""
