"""How many of Discord's answers were 401, 403 or 429: it shuts out an address that gets too many of them."""

from collections import deque

# 10,000 in ten minutes, all together: https://docs.discord.com/developers/topics/rate-limits
STATUSES = frozenset({401, 403, 429})
WINDOW_S, BUCKET_S = 600, 60
# Half of it. The rest is for the answers to interactions, which go on, and for whatever else has this address.
MOST = 5_000


class InvalidAnswers:
    """A rolling count, by the minute. `now_s` is any clock that only goes forward."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        # Each: the time at which the bucket has left the window, and its count.
        self._buckets: deque[tuple[int, int]] = deque(maxlen=WINDOW_S // BUCKET_S + 1)
        self._told_until = 0.0

    def add(self, now_s: float) -> bool:
        """True when our share is used up, once in each window."""
        leaves_at = (int(now_s) // BUCKET_S + 1) * BUCKET_S + WINDOW_S
        count = self._buckets.pop()[1] if self._buckets and self._buckets[-1][0] == leaves_at else 0
        self._buckets.append((leaves_at, count + 1))
        if now_s < self._told_until or not self.wait_s(now_s):
            return False
        self._told_until = now_s + WINDOW_S
        return True

    def wait_s(self, now_s: float) -> float:
        """How long until there is some of our share again; 0 when there is."""
        while self._buckets and self._buckets[0][0] <= now_s:
            self._buckets.popleft()
        left = sum(count for _, count in self._buckets)
        free_at = now_s
        for leaves_at, count in self._buckets:
            if left < self._most:
                break
            free_at, left = leaves_at, left - count
        return free_at - now_s
