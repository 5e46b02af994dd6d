"""Makes the files of the model from its published weights; part of `make setup`, of no image."""
