"""What wakes us. The rows are the truth; a waker only says when to look."""

# However quiet it is, we look this often, in seconds.
SWEEP_S = 30
