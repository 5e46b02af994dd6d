"""What outlives the platform: snapshots on disk, taken at an orderly stop and taken up again."""
