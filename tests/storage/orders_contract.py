"""The contract of ports.Store for orders: open until they are answered."""

from tests.storage.samples import order

from understudy.ports import Batch, Store


class OrdersContract:
    """Every test takes an empty store that was opened with a secret."""

    def test_orders_are_open_until_they_are_answered(self, store: Store) -> None:
        store.enter(Batch(orders=(order(1), order(2, verb="lower", rung=5))))
        store.enter(Batch(orders=(order(1, who="bob"),)))
        assert [(one.id, one.who, one.rung) for one in store.open_orders()] == [("o1", "ann", None), ("o2", "ann", 5)]
        store.answer_order("o1", "h", done=True, words="held")
        assert [one.id for one in store.open_orders()] == ["o2"]
        assert store.order_of("o1") == order(1, hypothesis="h", done=True, words="held")
        assert [one.id for one in store.orders("h")] == ["o1"]
        assert len(store.orders()) == 2
        assert store.order_of("o9") is None
