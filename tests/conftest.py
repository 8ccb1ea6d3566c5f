"""What all tests share: property tests have no deadline of their own, since a busy machine is no finding."""

from hypothesis import settings

settings.register_profile("understudy", deadline=None)
settings.load_profile("understudy")
