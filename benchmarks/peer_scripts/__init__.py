"""What the peers run, with their own interpreters: nothing here imports isthmus."""
