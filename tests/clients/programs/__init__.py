"""Programs that run in the environments of their clients; they know nothing of the gateway but its address."""
