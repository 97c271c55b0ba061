"""From an event to a delivered answer: ports, turns, delivery, waking, the HTTP server. Knows no platform by name."""
