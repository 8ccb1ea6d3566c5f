"""One module for each step. A step names its tables itself, so that it does the same for ever."""
