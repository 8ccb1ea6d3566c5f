"""Benchmarks that ship. They drive `understudy serve` from outside, over HTTP, beside others in the same run, and print
ratios: absolute figures belong to the machine. Nothing in the product imports this room."""
