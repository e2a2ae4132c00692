"""The editor's sections: cards that show their value when closed and open in place."""
