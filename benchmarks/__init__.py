"""Every figure that isthmus claims, each measured by one command and stored as JSON."""
