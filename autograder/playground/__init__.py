"""The playground: a local page on which one sees what temperature, top-k, top-p and epsilon do to a distribution.

`distribution`, `writing`, `prompts` and `snippet` compute, without Streamlit, with transformers' own logits
processors, its `generate` and sacrebleu. `charts` and `markup` draw, `app` is the page, `next_token` and `texts` its views, `words` holds every
sentence of it, `server` starts it. Importing this package loads neither torch, transformers nor streamlit.

Not promised: a place for many users. Whoever reaches the page may load a model, so it is served on this machine only.
"""
