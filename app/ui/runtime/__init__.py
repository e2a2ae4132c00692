"""What the screens run on: the loop, the one instance, the notification service. No screen is known here."""
