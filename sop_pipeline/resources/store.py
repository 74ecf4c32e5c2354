"""The store as a Dagster resource."""

import datetime as dt
from collections.abc import Callable
from contextlib import ExitStack

import dagster as dg
from pydantic import Field, PrivateAttr

from sop_pipeline.planning.policy import Policy
from sop_pipeline.services.input_reader import InputReader
from sop_pipeline.services.scenarios import scenario_of
from sop_pipeline.store import Store, store_at
from sop_pipeline.validation.scenario_definitions import Scenario


class StoreResource(dg.ConfigurableResource):
    """Opens the store that SOP_WAREHOUSE names."""

    location: str = Field(
        description="Where inputs are read and plans published: `duckdb:PATH`, or `snowflake` "
        "with its settings in the environment of the run."
    )

    _readers: dict[str, InputReader] = PrivateAttr(default_factory=dict)
    _reading: ExitStack = PrivateAttr(default_factory=ExitStack)

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Forget what an earlier run has read."""
        del context
        self._readers, self._reading = {}, ExitStack()

    def teardown_after_execution(self, context: dg.InitResourceContext) -> None:
        """Let go of what a run that failed has left open."""
        del context
        self.all_is_read()

    def open(self) -> Store:
        """The store; it connects when it is read or written, not before."""
        return store_at(self.location)

    @property
    def identity(self) -> str:
        """Which store it is, the same text from every process, without a secret."""
        return store_at(self.location).identity

    def reader(
        self, code: str, policy: Callable[[], Policy], day: Callable[[], dt.date]
    ) -> InputReader:
        """Reads a scenario's inputs, the same for every asset of a run: each table is read once.

        The store is held for reading until `all_is_read`.

        Args:
            code: The scenario.
            policy: Loads the run's policy; asked once, as is the day.
            day: Tells the day of planning.
        """
        if code not in self._readers:
            loaded, planned_on = policy(), day()
            store = self.open()
            self._reading.enter_context(store.reading())
            scenario = scenario_of(store, code)
            self._readers[code] = InputReader(store, scenario, loaded, day=planned_on)
        return self._readers[code]

    def scenario(self, code: str) -> Scenario:
        """A scenario as this run knows it, be it from reading its inputs."""
        reader = self._readers.get(code)
        return reader.scenario if reader else scenario_of(self.open(), code)

    def all_is_read(self) -> None:
        """End the reading, so that others may write while this run solves."""
        self._reading.close()
