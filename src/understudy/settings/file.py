"""The file as it is written: what each room wants of it, under one roof. Nothing is read or checked here."""

from pathlib import Path

from understudy.canon.value import Value
from understudy.gateway.site import Timeouts
from understudy.jobs.specs import FleetSpec, RouteSpec, RoutingSpec
from understudy.policy.keys import Key
from understudy.providers.models import ModelSpec, ProviderSpec, SecretRef
from understudy.providers.reach import MediaSpec
from understudy.routing.policies import KindPolicy
from understudy.web.server import ServerSpec

DEFAULT_FILE = Path("understudy.yaml")
DEFAULT_STORAGE = "sqlite:///understudy.db"
DEFAULT_SECRET = "file:understudy.secret"


class File(Value, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file as it is written: every key that understudy.yaml may hold.

    `aliases` are patterns of names that callers may ask for, such as `claude-*haiku*`, each with the route or model
    that answers; the first that fits counts, and only where nothing has the very name. `policies` name kinds by what
    requests show, for those that declare none and bear no sign of a known client's work; the first that holds counts.
    """

    server: ServerSpec = ServerSpec()
    timeouts: Timeouts = Timeouts()
    media: MediaSpec = MediaSpec()
    providers: dict[str, ProviderSpec] = {}
    storage: str = DEFAULT_STORAGE
    secret: SecretRef = DEFAULT_SECRET
    models: tuple[ModelSpec, ...] = ()
    routes: tuple[RouteSpec, ...] = ()
    aliases: dict[str, str] = {}
    policies: tuple[KindPolicy, ...] = ()
    routing: RoutingSpec = RoutingSpec()
    fleet: FleetSpec = FleetSpec()
    keys: tuple[Key, ...] = ()
