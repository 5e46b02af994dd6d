"""RIPPER on decisions: reads `{seed, train, fresh}` from standard input, learns when people
approve, and prints which of the fresh requests it would approve."""

import json
import sys

import numpy as np
import pandas as pd
import wittgenstein

told = json.load(sys.stdin)
np.random.seed(told["seed"])
model = wittgenstein.RIPPER(random_state=told["seed"])
model.fit(pd.DataFrame(told["train"]), class_feat="approved", pos_class=1)
fresh = pd.DataFrame(told["fresh"]).drop(columns=["approved"])
rules = str(model.ruleset_)
print(json.dumps({"approved": [bool(each) for each in model.predict(fresh)], "rules": rules}))
