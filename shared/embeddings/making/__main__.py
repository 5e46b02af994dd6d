"""`python -m shared.embeddings.making FOLDER` makes the files that `Embedder` loads."""

import sys
from pathlib import Path
from subprocess import CalledProcessError

from shared.embeddings.making.model import make_model
from shared.embeddings.making.weights import WeightsRefused

if __name__ == "__main__":
    try:
        make_model(Path(sys.argv[1]))
    except (CalledProcessError, WeightsRefused) as refused:
        sys.exit(f"The model of embeddings cannot be made: {refused}")
    except KeyboardInterrupt:
        sys.exit("Stopped. Nothing was changed: the same command starts anew.")
