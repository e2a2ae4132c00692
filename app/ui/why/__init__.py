"""*Why is this time (not) offered?* (PAGE-4), for the day ribbon of the dashboard and the preview of the page editor alike."""
