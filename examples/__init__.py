"""Real services to try crossfade on; ``crossfade demo`` builds and runs them."""
