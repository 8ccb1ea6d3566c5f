"""The contract of ports.Store for the journal: what was asked comes back, and what it cost is told once."""

import msgspec
from tests.storage.samples import HYPOTHESIS, exchange, settled_pair

from understudy.canon.usage import Usage
from understudy.ports import Batch, Exchange, SpendRow, Store


class JournalContract:
    """Every test takes an empty store that was opened with a secret."""

    def test_an_exchange_reads_back_exactly(self, store: Store) -> None:
        told = (
            exchange(1),
            exchange(2, route=None, kind=None, model=None, owned=None, usage=Usage(), message="no\x00"),
        )
        store.enter(Batch(exchanges=told))
        assert sorted(store.exchanges(), key=lambda row: row.id) == list(told)

    def test_exchanges_come_newest_first_and_by_route(self, store: Store) -> None:
        store.enter(Batch(exchanges=tuple(exchange(n, route="even" if n % 2 == 0 else "odd") for n in (3, 1, 4, 2))))
        assert [row.id for row in store.exchanges(3)] == ["ex_00000004", "ex_00000003", "ex_00000002"]
        assert [row.id for row in store.exchanges(route="odd")] == ["ex_00000003", "ex_00000001"]

    def test_one_exchange_by_its_id(self, store: Store) -> None:
        store.enter(Batch(exchanges=(exchange(1),)))
        assert store.exchange("ex_00000001") == exchange(1)
        assert store.exchange("nothing") is None

    def test_exchanges_of_one_tenant_are_told_alone(self, store: Store) -> None:
        store.enter(Batch(exchanges=tuple(exchange(n, tenant="a" if n % 2 else "b", route="r") for n in range(1, 5))))
        assert [row.id for row in store.exchanges(tenant="a")] == ["ex_00000003", "ex_00000001"]
        assert [row.id for row in store.exchanges(1, route="r", tenant="b")] == ["ex_00000004"]
        assert store.exchanges(tenant="c") == store.exchanges(route="s", tenant="a") == []

    def test_of_many_exchanges_those_are_told_that_are_booked(self, store: Store) -> None:
        store.enter(Batch(exchanges=(exchange(1), exchange(2))))
        ids = [exchange(number).id for number in range(1, 2_000)]
        assert store.booked(ids) == {exchange(1).id, exchange(2).id}
        assert store.booked([]) == set()

    def test_money_is_the_sum_of_the_journal(self, store: Store) -> None:
        store.enter(Batch(exchanges=(exchange(1), exchange(2, model="claude"))))
        store.enter(Batch(exchanges=(exchange(3), exchange(4, purpose="shadow"), exchange(5, route=None, kind=None))))
        bills = {(row.route, row.kind, row.model, row.purpose): row for row in store.money()}
        assert set(bills) == {
            ("assistant", "extraction", "llama", "serve"),
            ("assistant", "extraction", "claude", "serve"),
            ("assistant", "extraction", "llama", "shadow"),
            (None, None, "llama", "serve"),
        }
        bill = bills["assistant", "extraction", "llama", "serve"]
        assert (bill.exchanges, bill.cost_nano_usd, bill.incumbent_cost_nano_usd) == (2, 2_004, 10_004)
        assert bill.saved_nano_usd == 8_000

    def test_each_tenant_has_its_own_bill(self, store: Store) -> None:
        store.enter(Batch(exchanges=tuple(exchange(n, tenant="a" if n % 2 else "b") for n in range(1, 4))))
        store.enter(Batch(exchanges=(exchange(4, tenant="b"), exchange(5, tenant="b", model="claude"))))
        assert [(row.tenant, row.model, row.exchanges, row.cost_nano_usd) for row in store.money()] == [
            ("a", "llama", 2, 2_004),
            ("b", "claude", 1, 1_005),
            ("b", "llama", 2, 2_006),
        ]
        assert store.money(tenant="a") == store.money()[:1]
        assert store.money(tenant="c") == store.money(tenant="") == []

    def test_a_days_spending_is_what_callers_were_served_once(self, store: Store) -> None:
        day = 19_675  # that of the samples' first moment
        told = (
            exchange(1),
            exchange(2, purpose="trial"),
            exchange(9, purpose="attempt"),
            exchange(3, purpose="shadow"),
            exchange(4, purpose="judge"),
            exchange(5, key="other", route=None),
            exchange(6, cost_nano_usd=None),
            exchange(7, cost_nano_usd=2**63),
            exchange(8, at_s=(day + 1) * 86_400.0),
        )
        store.enter(Batch(exchanges=told[:2]))
        store.enter(Batch(exchanges=told))
        assert sorted(store.spent(day)) == [("other", "", 1_005), ("payments-team", "assistant", 3_012)]
        assert store.spent(day + 1) == [("payments-team", "assistant", 1_008)]
        assert store.spent(day - 1) == []

    def test_an_unknown_cost_is_never_zero_and_never_a_saving(self, store: Store) -> None:
        unknown = exchange(1, cost_nano_usd=None)
        store.enter(Batch(exchanges=(unknown,)))
        (bill,) = store.money()
        assert (bill.exchanges, bill.costed, bill.cost_nano_usd, bill.saved_nano_usd) == (1, 0, None, None)
        store.enter(Batch(exchanges=(exchange(2), exchange(3, incumbent_cost_nano_usd=None))))
        (bill,) = store.money()
        assert (bill.exchanges, bill.costed, bill.cost_nano_usd) == (3, 2, 2_005)
        assert (bill.compared, bill.saved_nano_usd) == (1, 4_000)

    def test_absurd_figures_and_names_do_not_stop_the_books(self, store: Store) -> None:
        odd = exchange(
            1,
            cost_nano_usd=2**63,
            usage=Usage(uncached_in=2**64 - 1, out=-(2**63)),
            asked="a\x00b" * 10_000,
            model="m\x00" * 10_000,
            message="\U0001f600\x00",
            fault="x\x00",
        )
        store.enter(Batch(exchanges=(odd,), settled=(settled_pair(1, shadow_cost_nano_usd=2**63),)))
        assert store.exchanges() == [odd]
        assert store.money()[0].cost_nano_usd is None
        assert [row.shadow_cost_nano_usd for row in store.pairs(HYPOTHESIS)] == [None]

    def test_traffic_counts_what_was_asked_and_what_is_known_of_its_cost(self, store: Store) -> None:
        assert store.first_exchange_s() is None
        told = [
            exchange(n, at_s=float(n), purpose="serve" if n < 4 else "shadow", route="r", kind="k") for n in range(1, 6)
        ]
        told[0] = msgspec.structs.replace(told[0], cost_nano_usd=None)
        told[1] = msgspec.structs.replace(told[1], model="other")
        store.enter(Batch(exchanges=tuple(told)))
        assert store.first_exchange_s() == 1.0
        rows = {(row.purpose, row.model): (row.exchanges, row.costed) for row in store.traffic(0.0)}
        assert rows == {("serve", "llama"): (2, 1), ("serve", "other"): (1, 1), ("shadow", "llama"): (2, 2)}
        assert [row.exchanges for row in store.traffic(5.0)] == [1]

    def test_comparisons_that_were_left_out_are_counted_by_slice_and_model(self, store: Store) -> None:
        def refused(number: int, **more: object) -> Exchange:
            return exchange(number, **{"purpose": "shadow", "status": "refused", "at_s": 5.0, "route": "r"} | more)

        others = (refused(4, status="ok"), refused(5, purpose="serve"), refused(6, at_s=4.0))
        store.enter(Batch(exchanges=(refused(1), refused(2), refused(3, kind="k", model="m", tenant="t"), *others)))
        found = {(row.tenant, row.route, row.kind, row.model): row.comparisons for row in store.left_out(4.5)}
        assert found == {("default", "r", "extraction", "llama"): 2, ("t", "r", "k", "m"): 1}

    def test_spending_is_by_route_purpose_model_and_stretch_and_only_of_known_costs(self, store: Store) -> None:
        def spent(number: int, at_s: float, cost: int | None, rented: int | None, **more: object) -> Exchange:
            known = {"at_s": at_s, "route": "r", "cost_nano_usd": cost, "incumbent_cost_nano_usd": rented}
            return msgspec.structs.replace(exchange(number), **(known | more))

        rows = (
            spent(1, 10.0, 5, 9, owned=True),
            spent(2, 12.0, None, 9, owned=False),
            spent(3, 75.0, 7, 7, owned=False),
            spent(4, 11.0, 3, None, purpose="shadow", owned=False),
            spent(5, 11.0, 3, 4, route=None),
            spent(6, 80.0, 1, 9, owned=True, model="small"),
            spent(7, 12.0, 1, 1, owned=False, route="q", tenant="other"),
        )
        store.enter(Batch(exchanges=rows))
        first = SpendRow(
            tenant="default",
            route="r",
            purpose="serve",
            model="llama",
            from_s=0.0,
            exchanges=2,
            own=1,
            compared=1,
            cost_nano_usd=5,
            incumbent_cost_nano_usd=9,
        )
        single = msgspec.structs.replace(first, exchanges=1, own=0)
        other = msgspec.structs.replace(
            first, tenant="other", route="q", exchanges=1, own=0, cost_nano_usd=1, incumbent_cost_nano_usd=1
        )
        assert store.spending(60, tenant="other") == [other]
        assert other in store.spending(60)
        assert store.spending(60, tenant=rows[0].tenant) == [
            first,
            msgspec.structs.replace(single, purpose="shadow", cost_nano_usd=3, incumbent_cost_nano_usd=0),
            msgspec.structs.replace(single, from_s=60.0, cost_nano_usd=7, incumbent_cost_nano_usd=7),
            msgspec.structs.replace(first, exchanges=1, from_s=60.0, model="small", cost_nano_usd=1),
        ]
