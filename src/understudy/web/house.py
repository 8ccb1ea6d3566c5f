"""All that the house tells below /understudy/v1."""

from understudy.web.books import BOOKS
from understudy.web.parity import PARITY
from understudy.web.pools import POOLS
from understudy.web.steering import STEERING

HOUSE = (*BOOKS, *POOLS, *PARITY, *STEERING)
