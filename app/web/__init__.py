"""The pages that strangers reach, in a process of their own: free time and page texts are all that it knows."""
