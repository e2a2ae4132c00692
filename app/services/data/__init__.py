"""What the owner does with the data as a whole: back up, restore, take away, move, find and forget (DATA-1 to DATA-5)."""
