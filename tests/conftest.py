"""What all tests share: property tests have no deadline of their own, since a busy machine is no finding.

In continuous integration they draw the same examples every time: what fails there must fail again for whoever looks.
"""

import os

from hypothesis import settings

settings.register_profile("understudy", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("understudy")
