"""Answers that are streams: ``follower`` compares legacy's messages with each other side's as they come."""
