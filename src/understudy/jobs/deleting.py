"""Orders to delete a tenant: done by the bookkeeper, which stamps the moment, in one transaction each."""

import logging

from understudy.ports import Store

log = logging.getLogger(__name__)


def delete_tenants(store: Store, now_s: float) -> None:
    """Do what open orders of that kind ask for."""
    for order in store.open_orders():
        if order.verb == "delete":
            gone = store.delete_tenant(order.id, order.tenant, now_s)
            log.info("tenant %s is deleted, %s asked for it: %s", order.tenant, order.who, gone)
