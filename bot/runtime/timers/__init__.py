"""What wakes us. The rows are the truth; a waker only says when to look."""
