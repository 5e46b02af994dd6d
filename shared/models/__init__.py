"""Language models as a port: what is said to one, what it answers, and one adapter for whatever
speaks the wire of OpenAI's chat completions."""
