"""What all loops share: the loop, wakeups, the heartbeat, the rate limit, the shutdown."""
