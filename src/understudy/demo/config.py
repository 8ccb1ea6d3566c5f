"""The demo's configuration, as a person would write it: a rented incumbent, an own candidate, one route."""

from pathlib import Path

from understudy.demo.play import ROUTE
from understudy.demo.stand_in import INPUT_USD, OUTPUT_USD

# What the demo's own model costs nobody knows; a tenth of the stand-in's price is an assumption, and is called one.
OWN_SHARE_OF_PRICE = 0.1
MARGIN = 0.05

TEMPLATE = """\
# Written by `understudy demo`. Everything here is on loopback.
server: {{host: 127.0.0.1, port: {port}}}
storage: sqlite:///demo.db
providers:
  # a stand-in for a rented provider
  stand-in: {{dialect: anthropic, base_url: "{rented_url}", auth: none}}
models:
  - name: rented
    provider: stand-in
    model: stand-in-1
    build: stand-in-1
    # per million tokens; the own model's server keeps prompts, so cached ones are priced too
    price: {{input_usd: {input_usd:g}, output_usd: {output_usd:g}, cache_read_usd: {input_usd:g}}}
  - name: own
    provider: llama_cpp  # a real tiny Llama
    base_url: "{own_url}"
    model: own
    build: "{build}"
    owned: true
    slots: {slots}             # how many calls its server answers at a time
    # assumed, not measured
    price: {{input_usd: {own_input_usd:g}, output_usd: {own_output_usd:g}, cache_read_usd: {own_input_usd:g}}}
routes:
  - name: {route}
    incumbent: rented
    candidate: own
    parity:
      margin: {margin}       # own may be at most 5 points worse
      check: demo_tasks  # the truth, computed from each prompt
      shadow: 1.0        # both answer every request: a demo must not take weeks
      dwell: 0           # a rung normally holds for an hour, and half of the
      cycle: 0           # traffic for a day; here evidence alone decides
# eight kinds and two attempts more: the first to take the last rung needs e = 200
fleet: {{hypotheses: 10}}
"""


def write(folder: Path, *, port: int, rented_url: str, own_url: str, build: str, slots: int) -> Path:
    """Write understudy.yaml into the folder and return its path."""
    path = folder / "understudy.yaml"
    path.write_text(
        TEMPLATE.format(
            port=port,
            rented_url=rented_url,
            own_url=own_url,
            build=build,
            slots=slots,
            input_usd=INPUT_USD,
            output_usd=OUTPUT_USD,
            own_input_usd=INPUT_USD * OWN_SHARE_OF_PRICE,
            own_output_usd=OUTPUT_USD * OWN_SHARE_OF_PRICE,
            route=ROUTE,
            margin=MARGIN,
        ),
        encoding="utf-8",
    )
    return path
