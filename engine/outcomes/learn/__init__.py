"""Points learned from outcomes: toward the present ones, in whole numbers, and only where it is worth it."""
