"""What turns a function's routes and reactions into something Cloud Run can serve."""
