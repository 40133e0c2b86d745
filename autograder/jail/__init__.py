"""Where student code runs: a process of its own, forked from a warm, clean-exec'd zygote.

Promises: student code shares no process, no open file and no environment with the checks or with
another submission; only bounded plain data crosses; CPU time, wall time, memory and file size are
limited; where the kernel has Landlock, files outside an allow-list cannot be read or written.
Does not promise: safety against kernel bugs, or hiding that a known path exists.
"""
