"""What this installation remembers: recordings, runs, their files; and a cache of what can be made again."""
