"""Days as people type and pick them: the date field and its month."""
